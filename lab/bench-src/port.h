// One Ethernet device, read and written in batches through AF_PACKET.

#ifndef PORT_H
#define PORT_H

#include <stddef.h>
#include <stdint.h>

#define PORT_BATCH 64
#define PORT_FRAME_MAX 2048

struct port;

// A received frame. The kernel takes the outermost VLAN tag out of the frame; here it stands beside it.
struct received {
	const uint8_t *bytes;
	size_t length;
	uint16_t stripped_type; // 0x8100 or 0x88a8, 0 when no tag was taken out
	uint16_t stripped_vlan;
};

// Ends the program with a message when the device cannot be opened.
struct port *port_open(const char *device);

// Where the next frame is written to, at most PORT_FRAME_MAX bytes; NULL when the batch is full and must be flushed.
uint8_t *port_next(struct port *port);

// Takes the frame that was written to port_next into the batch.
void port_queue(struct port *port, size_t length);

// Sends the batch. What the device refuses for want of room is tried again, nothing is skipped.
void port_flush(struct port *port);

// Reads what has arrived, at most PORT_BATCH frames, which stay valid until the next call; waits for nothing.
size_t port_receive(struct port *port, struct received *frames);

// Waits until something has arrived or the time is over.
void port_wait(struct port *port, uint64_t nanos);

// Frames that arrived and found the receive buffer full, since the last call.
unsigned port_overruns(struct port *port);

#endif
