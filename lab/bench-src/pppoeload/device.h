// One subscriber's device: how far it has come, what it says, and whether what it is told is right.

#ifndef DEVICE_H
#define DEVICE_H

#include "packet.h"

#define OWN_MRU 1492

// In the order in which a device goes through them. CLOSING waits for a Terminate-Ack.
enum stage { IDLE, DISCOVERING, REQUESTING, LINKING, AUTHENTICATING, CONFIGURING, OPEN, CLOSING, CLOSED, REFUSED, LOST, STAGE_COUNT };

struct device {
	enum stage stage;
	uint32_t number;
	uint32_t magic;
	uint32_t peer_magic;
	uint32_t address; // network byte order
	uint32_t dns[2];
	uint16_t session;
	uint8_t server[6];
	uint8_t cookie[COOKIE_MAX];
	uint8_t cookie_length;
	uint8_t last;	    // the last identifier that was used
	uint8_t identifier; // of the Configure- or Terminate-Request that waits for its answer
	uint8_t echo;	    // of the Echo-Request
	uint8_t tries;	    // of what is waited for now
	bool acked;	    // our Configure-Request by the peer
	bool peer_acked;    // the peer's by us
	bool no_dns;
	bool challenged;
	bool echoing;	   // an Echo-Request waits for its reply
	bool queued;	   // for its deadline, by whoever keeps the time
	uint64_t deadline; // of the answer that is waited for
	uint64_t dialled;  // when its PADI was due
	uint64_t entered;  // when it came to this stage
};

void device_create(struct device *device, uint32_t number);

// From nothing to PADI, with a new magic number.
void device_dial(struct device *device, struct port *port, uint64_t due);

// Says again what it waits for an answer to; true when it has said something.
bool device_repeat(struct device *device, struct port *port);

// Takes a frame of its line. The stage is afterwards what the frame made it.
enum verdict device_receive(struct device *device, struct port *port, const struct packet *packet);

void device_echo(struct device *device, struct port *port);

// Ends the session: by PADT at once, or by a Terminate-Request that waits for its Ack.
void device_hang_up(struct device *device, struct port *port);
void device_terminate(struct device *device, struct port *port);

struct line device_line(uint32_t number);

// The number of the device on a line.
uint32_t device_number(struct line line);

// The number of the device with this MAC address, UINT32_MAX when it is none of ours.
uint32_t device_addressed(const uint8_t *mac);

#endif
