// DHCPv4 between a client behind an access node and its server, as Ethernet frames (RFC 2131, 2132, 3046).

#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "port.h"

#define AGENT_OPTION_MAX 64

enum message_type { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, NAK = 6 };

// Where a client is attached: its two tags, both 0 when untagged, and the value of option 82, empty when none.
struct line {
	uint16_t svlan;
	uint16_t cvlan;
	uint8_t agent[AGENT_OPTION_MAX];
	size_t agent_length;
};

// What a client says. Addresses are in network byte order, 0 when absent.
struct request {
	enum message_type type;
	uint32_t xid;
	uint8_t mac[6];
	uint32_t current; // ciaddr, of a client that has an address
	uint32_t requested;
	uint32_t server;
	struct line line;
};

// What a server answered; pointers reach into the received frame.
struct reply {
	uint8_t type;
	uint32_t xid;
	uint8_t mac[6];
	uint32_t current;
	uint32_t address;
	uint32_t server;
	uint32_t lease_seconds;
	uint16_t svlan;
	uint16_t cvlan;
	const uint8_t *target_mac;
	uint32_t target_address;
	const uint8_t *agent;
	size_t agent_length;
};

// Why a frame is not taken. FOREIGN is what no DHCP client would look at: other protocols, other ports. LATE came after
// its client had given up, or twice. BAD_BYTES is a frame that is not, byte by byte, the right one, wherever it differs.
#define VERDICTS(entry)                                                                                             \
	entry(FINE, "fine") entry(FOREIGN, "foreign") entry(BAD_IP, "ip_header") entry(BAD_IP_CHECKSUM, "ip_checksum") \
	entry(BAD_UDP, "udp_length") entry(BAD_UDP_CHECKSUM, "udp_checksum") entry(BAD_MESSAGE, "dhcp_header")         \
	entry(BAD_OPTIONS, "dhcp_options") entry(BAD_XID, "unknown_xid") entry(BAD_CHADDR, "chaddr") entry(BAD_TAGS, "tags")   \
	entry(BAD_AGENT, "option_82") entry(BAD_TYPE, "message_type") entry(BAD_SERVER, "server_id")                   \
	entry(BAD_ADDRESS, "yiaddr") entry(BAD_DUPLICATE, "duplicate_address") entry(BAD_LEASE, "lease_time")          \
	entry(BAD_TARGET, "destination") entry(BAD_BYTES, "other_bytes") entry(LATE, "late")

#define VERDICT_CONSTANT(constant, name) constant,
enum verdict { VERDICTS(VERDICT_CONSTANT) VERDICT_COUNT };

const char *verdict_name(enum verdict verdict);

// Writes the frame and gives its length; the DHCP part is padded to the 300 bytes of BOOTP.
size_t message_encode(uint8_t *frame, const struct request *request);

// Takes a frame apart. Every length and checksum is checked; the content is the caller's to compare.
enum verdict message_decode(const struct received *frame, struct reply *reply);

// The value of option 82 that an access node inserts.
void line_set_agent(struct line *line, const char *circuit_id, const char *remote_id);

#endif
