#define _GNU_SOURCE
#include "port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BUFFER_BYTES (64 << 20)
#define AUXDATA_SPACE CMSG_SPACE(sizeof(struct tpacket_auxdata))

struct batch {
	struct mmsghdr headers[PORT_BATCH];
	struct iovec vectors[PORT_BATCH];
	uint8_t frames[PORT_BATCH][PORT_FRAME_MAX];
	_Alignas(struct cmsghdr) uint8_t control[PORT_BATCH][AUXDATA_SPACE];
};

struct port {
	int socket;
	unsigned queued;
	unsigned filled; // headers of `in` that the kernel has used since they were prepared
	struct batch out;
	struct batch in;
};

static void fail(const char *what)
{
	fprintf(stderr, "dhcpload: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void set_option(int socket, int level, int name, int value, const char *what)
{
	if (setsockopt(socket, level, name, &value, sizeof(value)) != 0)
		fail(what);
}

static void prepare_batch(struct batch *batch)
{
	for (unsigned i = 0; i < PORT_BATCH; i++) {
		batch->vectors[i].iov_base = batch->frames[i];
		batch->vectors[i].iov_len = PORT_FRAME_MAX;
		batch->headers[i].msg_hdr.msg_iov = &batch->vectors[i];
		batch->headers[i].msg_hdr.msg_iovlen = 1;
	}
}

struct port *port_open(const char *device)
{
	struct port *port = calloc(1, sizeof(*port));
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};

	if (port == NULL)
		fail("memory");
	address.sll_ifindex = (int)if_nametoindex(device);
	if (address.sll_ifindex == 0)
		fail(device);
	port->socket = socket(AF_PACKET, SOCK_RAW, 0);
	if (port->socket < 0)
		fail("AF_PACKET");
	set_option(port->socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING");
	set_option(port->socket, SOL_PACKET, PACKET_QDISC_BYPASS, 1, "PACKET_QDISC_BYPASS");
	set_option(port->socket, SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA");
	set_option(port->socket, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES, "SO_RCVBUFFORCE");
	set_option(port->socket, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES, "SO_SNDBUFFORCE");
	if (bind(port->socket, (struct sockaddr *)&address, sizeof(address)) != 0)
		fail(device);
	prepare_batch(&port->out);
	prepare_batch(&port->in);
	port->filled = PORT_BATCH;
	return port;
}

uint8_t *port_next(struct port *port)
{
	return port->queued < PORT_BATCH ? port->out.frames[port->queued] : NULL;
}

void port_queue(struct port *port, size_t length)
{
	port->out.vectors[port->queued++].iov_len = length;
}

void port_flush(struct port *port)
{
	unsigned sent = 0;

	while (sent < port->queued) {
		int more = sendmmsg(port->socket, port->out.headers + sent, port->queued - sent, 0);

		if (more > 0)
			sent += (unsigned)more;
		else if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			fail("send");
	}
	port->queued = 0;
}

static void read_stripped_tag(struct msghdr *header, struct received *frame)
{
	struct tpacket_auxdata aux;

	frame->stripped_type = 0;
	frame->stripped_vlan = 0;
	for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
		if (control->cmsg_level != SOL_PACKET || control->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(control), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID) {
			frame->stripped_type = aux.tp_status & TP_STATUS_VLAN_TPID_VALID ? aux.tp_vlan_tpid : ETH_P_8021Q;
			frame->stripped_vlan = aux.tp_vlan_tci & 0x0fff;
		}
	}
}

size_t port_receive(struct port *port, struct received *frames)
{
	int count;

	// the kernel has written the lengths of what it filled; the others are as they were
	for (unsigned i = 0; i < port->filled; i++) {
		port->in.headers[i].msg_hdr.msg_control = port->in.control[i];
		port->in.headers[i].msg_hdr.msg_controllen = AUXDATA_SPACE;
	}
	port->filled = 0;
	count = recvmmsg(port->socket, port->in.headers, PORT_BATCH, MSG_DONTWAIT, NULL);
	if (count < 0) {
		if (errno != EAGAIN && errno != EINTR)
			fail("receive");
		return 0;
	}
	port->filled = (unsigned)count;
	for (int i = 0; i < count; i++) {
		frames[i].bytes = port->in.frames[i];
		frames[i].length = port->in.headers[i].msg_len;
		read_stripped_tag(&port->in.headers[i].msg_hdr, &frames[i]);
	}
	return (size_t)count;
}

void port_wait(struct port *port, uint64_t nanos)
{
	struct pollfd readable = {.fd = port->socket, .events = POLLIN};
	struct timespec time = {.tv_sec = (time_t)(nanos / 1000000000), .tv_nsec = (long)(nanos % 1000000000)};

	if (ppoll(&readable, 1, &time, NULL) < 0 && errno != EINTR)
		fail("wait");
}

unsigned port_overruns(struct port *port)
{
	struct tpacket_stats stats;
	socklen_t length = sizeof(stats);

	if (getsockopt(port->socket, SOL_PACKET, PACKET_STATISTICS, &stats, &length) != 0)
		fail("PACKET_STATISTICS");
	return stats.tp_drops;
}
