#include "packet.h"

#include <string.h>

#define ETH_STAG 0x88a8
#define ETH_CTAG 0x8100
#define ETH_DISCOVERY 0x8863
#define ETH_SESSION 0x8864
#define PPPOE_AT 22 // behind two addresses, two tags and the type
#define PPPOE_BYTES 6
#define PAYLOAD_AT (PPPOE_AT + PPPOE_BYTES)
#define CONTROL_BYTES 6 // with the protocol
#define SHORTEST 60
#define ADSL_FORUM 3561

enum tag_type {
	END_OF_LIST = 0,
	SERVICE_NAME = 0x0101,
	AC_NAME = 0x0102,
	HOST_UNIQ = 0x0103,
	COOKIE = 0x0104,
	VENDOR = 0x0105,
	FIRST_ERROR = 0x0201,
	LAST_ERROR = 0x0203
};

#define VERDICT_NAME(constant, name) name,
static const char *const NAMES[] = {VERDICTS(VERDICT_NAME)};

const char *verdict_name(enum verdict verdict)
{
	return NAMES[verdict];
}

uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put16(uint8_t *bytes, unsigned value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

// The length of the Ethernet header, 0 when it is not two tags and PPPoE.
static size_t read_ethernet(const struct received *frame, struct packet *packet)
{
	uint16_t types[2] = {frame->stripped_type, 0}, vlans[2] = {frame->stripped_vlan, 0};
	unsigned count = frame->stripped_type != 0;
	size_t at = 12;

	if (frame->length < 14)
		return 0;
	memcpy(packet->ends.target, frame->bytes, 6);
	memcpy(packet->ends.source, frame->bytes + 6, 6);
	while (count < 2 && frame->length >= at + 6 && (get16(frame->bytes + at) == ETH_CTAG || get16(frame->bytes + at) == ETH_STAG)) {
		types[count] = get16(frame->bytes + at);
		vlans[count++] = get16(frame->bytes + at + 2) & 0x0fff;
		at += 4;
	}
	packet->ends.line.svlan = vlans[0];
	packet->ends.line.cvlan = vlans[1];
	packet->discovery = get16(frame->bytes + at) == ETH_DISCOVERY;
	if (!packet->discovery && get16(frame->bytes + at) != ETH_SESSION)
		return 0;
	return types[0] == ETH_STAG && types[1] == ETH_CTAG ? at + 2 : 0;
}

enum verdict packet_read(const struct received *frame, struct packet *packet)
{
	size_t at = read_ethernet(frame, packet);
	const uint8_t *header = frame->bytes + at;

	if (at == 0)
		return FOREIGN;
	if (frame->length < at + PPPOE_BYTES || header[0] != 0x11 || (!packet->discovery && header[1] != 0))
		return BAD_HEADER;
	packet->code = header[1];
	packet->session = get16(header + 2);
	packet->length = get16(header + 4);
	packet->payload = header + PPPOE_BYTES;
	return frame->length < at + PPPOE_BYTES + packet->length ? BAD_HEADER : FINE;
}

enum verdict packet_tags(const struct packet *packet, struct tags *tags)
{
	size_t at = 0;

	memset(tags, 0, sizeof(*tags));
	while (at < packet->length) {
		const uint8_t *value = packet->payload + at + 4;
		size_t length;
		uint16_t type;

		if (packet->length < at + 4)
			return BAD_TAGS;
		type = get16(packet->payload + at);
		length = get16(packet->payload + at + 2);
		if (packet->length < at + 4 + length)
			return BAD_TAGS;
		at += 4 + length;
		if (type == END_OF_LIST)
			break;
		tags->service_name |= type == SERVICE_NAME;
		tags->ac_name |= type == AC_NAME && length > 0;
		tags->error |= type >= FIRST_ERROR && type <= LAST_ERROR;
		if (type == COOKIE) {
			tags->cookie = value;
			tags->cookie_length = length;
		} else if (type == HOST_UNIQ) {
			tags->host_uniq = value;
			tags->host_uniq_length = length;
		}
	}
	return FINE;
}

enum verdict packet_control(const struct packet *packet, struct control *control)
{
	size_t length;

	if (packet->length < CONTROL_BYTES)
		return BAD_CONTROL;
	length = get16(packet->payload + 4);
	if (length < CONTROL_BYTES - 2 || packet->length < 2 + length)
		return BAD_CONTROL;
	control->protocol = get16(packet->payload);
	control->code = packet->payload[2];
	control->identifier = packet->payload[3];
	control->data = packet->payload + CONTROL_BYTES;
	control->length = length + 2 - CONTROL_BYTES;
	return FINE;
}

bool control_option(const struct control *control, uint8_t type, size_t length, const uint8_t **value)
{
	size_t at = 0;

	*value = NULL;
	while (at < control->length) {
		if (control->length < at + 2 || control->data[at + 1] < 2 || control->length < at + control->data[at + 1])
			return false;
		if (control->data[at] == type && control->data[at + 1] == length + 2)
			*value = control->data + at + 2;
		at += control->data[at + 1];
	}
	return true;
}

static void write_head(struct writer *writer, uint8_t *frame, const struct ends *ends, uint16_t type, uint8_t code, uint16_t session)
{
	memcpy(frame, ends->target, 6);
	memcpy(frame + 6, ends->source, 6);
	put16(frame + 12, ETH_STAG);
	put16(frame + 14, ends->line.svlan);
	put16(frame + 16, ETH_CTAG);
	put16(frame + 18, ends->line.cvlan);
	put16(frame + 20, type);
	frame[PPPOE_AT] = 0x11;
	frame[PPPOE_AT + 1] = code;
	put16(frame + PPPOE_AT + 2, session);
	writer->frame = frame;
	writer->at = PAYLOAD_AT;
}

void write_discovery(struct writer *writer, uint8_t *frame, const struct ends *ends, enum discovery_code code, uint16_t session)
{
	write_head(writer, frame, ends, ETH_DISCOVERY, (uint8_t)code, session);
}

void write_control(struct writer *writer, uint8_t *frame, const struct ends *ends, uint16_t session, const struct control *control)
{
	uint8_t head[CONTROL_BYTES] = {0, 0, control->code, control->identifier};

	write_head(writer, frame, ends, ETH_SESSION, 0, session);
	put16(head, control->protocol);
	write_bytes(writer, head, sizeof(head));
	if (control->length > 0)
		write_bytes(writer, control->data, control->length);
}

void write_bytes(struct writer *writer, const void *bytes, size_t length)
{
	memcpy(writer->frame + writer->at, bytes, length);
	writer->at += length;
}

void write_tag(struct writer *writer, uint16_t type, const void *value, size_t length)
{
	uint8_t head[4];

	put16(head, type);
	put16(head + 2, (unsigned)length);
	write_bytes(writer, head, sizeof(head));
	if (length > 0)
		write_bytes(writer, value, length);
}

void write_option(struct writer *writer, uint8_t type, const void *value, size_t length)
{
	uint8_t head[2] = {type, (uint8_t)(length + 2)};

	write_bytes(writer, head, sizeof(head));
	write_bytes(writer, value, length);
}

void write_line_tag(struct writer *writer, const char *circuit_id, const char *remote_id)
{
	uint8_t value[4 + 2 + 63 + 2 + 63] = {0, 0, ADSL_FORUM >> 8, ADSL_FORUM & 0xff};
	const char *texts[] = {circuit_id, remote_id};
	size_t at = 4;

	for (unsigned i = 0; i < 2; i++) {
		size_t length = strlen(texts[i]);

		value[at] = (uint8_t)(i + 1);
		value[at + 1] = (uint8_t)length;
		memcpy(value + at + 2, texts[i], length);
		at += 2 + length;
	}
	write_tag(writer, VENDOR, value, at);
}

size_t write_end(struct writer *writer)
{
	size_t length = writer->at - PAYLOAD_AT;

	put16(writer->frame + PPPOE_AT + 4, (unsigned)length);
	if (writer->frame[PPPOE_AT + 1] == 0 && length >= CONTROL_BYTES)
		put16(writer->frame + PAYLOAD_AT + 4, (unsigned)length - 2); // the control packet's own length
	if (writer->at < SHORTEST) {
		memset(writer->frame + writer->at, 0, SHORTEST - writer->at);
		writer->at = SHORTEST;
	}
	return writer->at;
}
