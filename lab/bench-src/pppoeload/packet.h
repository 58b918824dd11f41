// PPPoE on a line of an access node, as Ethernet frames with two tags (RFC 2516, 1661; tags of the line as TR-101 has them).

#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../port.h"

#define COOKIE_MAX 64
#define NO_SESSION 0

enum discovery_code { PADO = 0x07, PADI = 0x09, PADR = 0x19, PADS = 0x65, PADT = 0xa7 };
enum protocol { LCP = 0xc021, CHAP = 0xc223, IPCP = 0x8021, IPV6CP = 0x8057, IP = 0x0021 };
enum code {
	CONFIGURE_REQUEST = 1,
	CONFIGURE_ACK,
	CONFIGURE_NAK,
	CONFIGURE_REJECT,
	TERMINATE_REQUEST,
	TERMINATE_ACK,
	CODE_REJECT,
	PROTOCOL_REJECT,
	ECHO_REQUEST,
	ECHO_REPLY
};
enum chap_code { CHALLENGE = 1, RESPONSE, SUCCESS, FAILURE };
enum option_type { MRU = 1, AUTHENTICATION = 3, MAGIC = 5, ADDRESS = 3, DNS = 129, SECOND_DNS = 131 };

struct line {
	uint16_t svlan;
	uint16_t cvlan;
};

// Who sends to whom on which line.
struct ends {
	uint8_t target[6];
	uint8_t source[6];
	struct line line;
};

// A frame that was received, as far as the PPPoE header; the payload is in the frame.
struct packet {
	struct ends ends;
	bool discovery;
	uint8_t code;
	uint16_t session;
	const uint8_t *payload;
	size_t length;
};

// What stands in a discovery packet. Pointers are into the frame.
struct tags {
	const uint8_t *cookie;
	size_t cookie_length;
	const uint8_t *host_uniq;
	size_t host_uniq_length;
	bool service_name;
	bool ac_name;
	bool error;
};

struct control {
	uint16_t protocol;
	uint8_t code;
	uint8_t identifier;
	const uint8_t *data;
	size_t length;
};

// Why a frame is not taken. FOREIGN is no PPPoE; LATE is of a session or an exchange that is over.
#define VERDICTS(entry)                                                                                               \
	entry(FINE, "fine") entry(FOREIGN, "foreign") entry(BAD_HEADER, "pppoe_header") entry(BAD_TAGS, "discovery_tags")  \
	entry(BAD_LINE, "line") entry(BAD_TARGET, "destination") entry(BAD_SOURCE, "source")                              \
	entry(BAD_HOST_UNIQ, "host_uniq") entry(BAD_COOKIE, "ac_cookie") entry(BAD_SESSION, "session_id")                 \
	entry(BAD_CONTROL, "control_packet") entry(BAD_IDENTIFIER, "identifier") entry(BAD_OPTIONS, "options")            \
	entry(BAD_PROTOCOL, "protocol") entry(BAD_MAGIC, "magic_number") entry(BAD_ADDRESS, "address")                    \
	entry(BAD_DUPLICATE, "duplicate_address") entry(BAD_ORDER, "out_of_order") entry(LATE, "late")

#define VERDICT_CONSTANT(constant, name) constant,
enum verdict { VERDICTS(VERDICT_CONSTANT) VERDICT_COUNT };

const char *verdict_name(enum verdict verdict);

enum verdict packet_read(const struct received *frame, struct packet *packet);
enum verdict packet_tags(const struct packet *packet, struct tags *tags);
enum verdict packet_control(const struct packet *packet, struct control *control);

// The value of an option of a Configure packet, NULL when it is not there or has another length. False when options do not fit.
bool control_option(const struct control *control, uint8_t type, size_t length, const uint8_t **value);

// A frame that is being written: begun, filled, and ended, which gives its length.
struct writer {
	uint8_t *frame;
	size_t at;
};

void write_discovery(struct writer *writer, uint8_t *frame, const struct ends *ends, enum discovery_code code, uint16_t session);
void write_control(struct writer *writer, uint8_t *frame, const struct ends *ends, uint16_t session, const struct control *control);
void write_bytes(struct writer *writer, const void *bytes, size_t length);
void write_tag(struct writer *writer, uint16_t type, const void *value, size_t length);
void write_option(struct writer *writer, uint8_t type, const void *value, size_t length);
size_t write_end(struct writer *writer);

// The tag by which the access node says who dials (TR-101, 3.9.2).
void write_line_tag(struct writer *writer, const char *circuit_id, const char *remote_id);

uint16_t get16(const uint8_t *bytes);

#endif
