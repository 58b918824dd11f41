#include "device.h"

#include <stdio.h>
#include <string.h>

#include "../lines.h"
#include "../xid.h"
#include "md5.h"

#define MAC_KIND 0xdc
#define MAGIC_STEP 0x01000193 // so that each session has another one

static const uint8_t BROADCAST[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t CHAP_MD5[3] = {0xc2, 0x23, 5};
static const uint8_t NO_ADDRESS[4];

struct line device_line(uint32_t number)
{
	struct line line = {line_svlan(number), line_cvlan(number)};

	return line;
}

uint32_t device_number(struct line line)
{
	return (uint32_t)(line.svlan - FIRST_SVLAN) * LINES_PER_SVLAN + (uint32_t)(line.cvlan - FIRST_CVLAN);
}

uint32_t device_addressed(const uint8_t *mac)
{
	uint32_t number = (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 | mac[5];
	uint8_t own[6];

	line_mac(MAC_KIND, number, own);
	return memcmp(mac, own, sizeof(own)) == 0 ? number : UINT32_MAX;
}

void device_create(struct device *device, uint32_t number)
{
	memset(device, 0, sizeof(*device));
	device->number = number;
	device->magic = (number + 1) * XID_FACTOR;
}

static struct ends ends_of(const struct device *device)
{
	struct ends ends = {.line = device_line(device->number)};

	memcpy(ends.target, device->server, 6);
	line_mac(MAC_KIND, device->number, ends.source);
	return ends;
}

static uint8_t *next_frame(struct port *port)
{
	uint8_t *frame = port_next(port);

	if (frame != NULL)
		return frame;
	port_flush(port);
	return port_next(port);
}

static void send_discovery(struct device *device, struct port *port, enum discovery_code code)
{
	struct ends ends = ends_of(device);
	char circuit_id[LINE_NAME_MAX], remote_id[LINE_NAME_MAX];
	struct writer writer;

	write_discovery(&writer, next_frame(port), &ends, code, code == PADT ? device->session : NO_SESSION);
	if (code != PADT) {
		line_names(device->number, circuit_id, remote_id);
		write_tag(&writer, 0x0101, NULL, 0);
		write_tag(&writer, 0x0103, &device->magic, sizeof(device->magic));
		if (code == PADR && device->cookie_length > 0)
			write_tag(&writer, 0x0104, device->cookie, device->cookie_length);
		write_line_tag(&writer, circuit_id, remote_id);
	}
	port_queue(port, write_end(&writer));
}

static void begin_control(struct device *device, struct port *port, struct writer *writer, uint16_t protocol, uint8_t code, uint8_t identifier)
{
	struct ends ends = ends_of(device);
	struct control control = {.protocol = protocol, .code = code, .identifier = identifier};

	write_control(writer, next_frame(port), &ends, device->session, &control);
}

static void answer(struct device *device, struct port *port, const struct control *asked, uint8_t code)
{
	struct writer writer;

	begin_control(device, port, &writer, asked->protocol, code, asked->identifier);
	write_bytes(&writer, asked->data, asked->length);
	port_queue(port, write_end(&writer));
}

static void send_magic(struct device *device, struct port *port, uint8_t code, uint8_t identifier)
{
	struct writer writer;

	begin_control(device, port, &writer, LCP, code, identifier);
	write_bytes(&writer, &device->magic, sizeof(device->magic));
	port_queue(port, write_end(&writer));
}

static void request_link(struct device *device, struct port *port)
{
	static const uint8_t mru[2] = {OWN_MRU >> 8, OWN_MRU & 0xff};
	struct writer writer;

	begin_control(device, port, &writer, LCP, CONFIGURE_REQUEST, device->identifier);
	write_option(&writer, MRU, mru, sizeof(mru));
	write_option(&writer, MAGIC, &device->magic, sizeof(device->magic));
	port_queue(port, write_end(&writer));
}

static void request_address(struct device *device, struct port *port)
{
	struct writer writer;

	begin_control(device, port, &writer, IPCP, CONFIGURE_REQUEST, device->identifier);
	write_option(&writer, ADDRESS, &device->address, sizeof(device->address));
	if (!device->no_dns) {
		write_option(&writer, DNS, &device->dns[0], sizeof(device->dns[0]));
		write_option(&writer, SECOND_DNS, &device->dns[1], sizeof(device->dns[1]));
	}
	port_queue(port, write_end(&writer));
}

static void request_end(struct device *device, struct port *port)
{
	struct writer writer;

	begin_control(device, port, &writer, LCP, TERMINATE_REQUEST, device->identifier);
	port_queue(port, write_end(&writer));
}

static void enter(struct device *device, enum stage stage)
{
	device->stage = stage;
	device->tries = 0;
	device->acked = false;
	device->peer_acked = false;
	device->identifier = ++device->last;
}

void device_dial(struct device *device, struct port *port, uint64_t due)
{
	uint32_t magic = device->magic;
	bool queued = device->queued;

	device_create(device, device->number);
	device->queued = queued;
	device->magic = magic + MAGIC_STEP;
	device->dialled = due;
	memcpy(device->server, BROADCAST, 6);
	enter(device, DISCOVERING);
	send_discovery(device, port, PADI);
}

bool device_repeat(struct device *device, struct port *port)
{
	switch (device->stage) {
	case DISCOVERING: send_discovery(device, port, PADI); return true;
	case REQUESTING: send_discovery(device, port, PADR); return true;
	case LINKING:
		if (!device->acked)
			request_link(device, port);
		return !device->acked;
	case CONFIGURING:
		if (!device->acked)
			request_address(device, port);
		return !device->acked;
	case CLOSING: request_end(device, port); return true;
	default: return false; // the peer repeats
	}
}

void device_echo(struct device *device, struct port *port)
{
	device->echoing = true;
	device->echo = ++device->last;
	send_magic(device, port, ECHO_REQUEST, device->echo);
}

void device_hang_up(struct device *device, struct port *port)
{
	send_discovery(device, port, PADT);
	enter(device, CLOSED);
}

void device_terminate(struct device *device, struct port *port)
{
	enter(device, CLOSING);
	request_end(device, port);
}

static bool is_host_uniq(const struct device *device, const struct tags *tags)
{
	return tags->host_uniq_length == sizeof(device->magic) && memcmp(tags->host_uniq, &device->magic, sizeof(device->magic)) == 0;
}

static enum verdict take_offer(struct device *device, struct port *port, const struct packet *packet, const struct tags *tags)
{
	if (packet->session != NO_SESSION)
		return BAD_SESSION;
	if (!tags->ac_name || !tags->service_name)
		return BAD_TAGS;
	if (tags->cookie_length > COOKIE_MAX)
		return BAD_COOKIE;
	if ((packet->ends.source[0] & 1) != 0)
		return BAD_SOURCE;
	memcpy(device->server, packet->ends.source, 6);
	memcpy(device->cookie, tags->cookie, tags->cookie_length);
	device->cookie_length = (uint8_t)tags->cookie_length;
	enter(device, REQUESTING);
	send_discovery(device, port, PADR);
	return FINE;
}

static enum verdict take_session(struct device *device, struct port *port, const struct packet *packet, const struct tags *tags)
{
	if (tags->error) {
		device->stage = REFUSED;
		return packet->session == NO_SESSION ? FINE : BAD_SESSION;
	}
	if (packet->session == NO_SESSION || packet->session == 0xffff)
		return BAD_SESSION;
	if (!tags->service_name)
		return BAD_TAGS;
	device->session = packet->session;
	enter(device, LINKING);
	request_link(device, port);
	return FINE;
}

static enum verdict take_discovery(struct device *device, struct port *port, const struct packet *packet)
{
	struct tags tags;
	enum verdict verdict = packet_tags(packet, &tags);

	if (verdict != FINE)
		return verdict;
	if (packet->code == PADT) {
		if (packet->session != device->session || device->session == NO_SESSION)
			return LATE;
		device->stage = CLOSED;
		return FINE;
	}
	if (packet->code != (device->stage == DISCOVERING ? PADO : PADS) || device->stage > REQUESTING)
		return LATE; // sent twice, or of an earlier dial
	if (!is_host_uniq(device, &tags))
		return tags.host_uniq_length == sizeof(device->magic) ? LATE : BAD_HOST_UNIQ;
	if (device->stage == DISCOVERING)
		return take_offer(device, port, packet, &tags);
	return take_session(device, port, packet, &tags);
}

static void proceed(struct device *device)
{
	if (!device->acked || !device->peer_acked)
		return;
	enter(device, device->stage == LINKING ? AUTHENTICATING : OPEN);
}

// What the peer wants of the link: MRU, CHAP with MD5, a magic number that is not ours.
static enum verdict take_link_request(struct device *device, struct port *port, const struct control *control)
{
	const uint8_t *method, *magic;
	struct writer writer;

	if (!control_option(control, AUTHENTICATION, sizeof(CHAP_MD5), &method) || !control_option(control, MAGIC, 4, &magic))
		return BAD_OPTIONS;
	if (method == NULL || memcmp(method, CHAP_MD5, sizeof(CHAP_MD5)) != 0) {
		begin_control(device, port, &writer, LCP, CONFIGURE_NAK, control->identifier);
		write_option(&writer, AUTHENTICATION, CHAP_MD5, sizeof(CHAP_MD5));
		port_queue(port, write_end(&writer));
		return FINE;
	}
	if (magic == NULL || memcmp(magic, &device->magic, 4) == 0 || memcmp(magic, NO_ADDRESS, 4) == 0)
		return BAD_MAGIC;
	memcpy(&device->peer_magic, magic, 4);
	answer(device, port, control, CONFIGURE_ACK);
	device->peer_acked = true;
	return FINE;
}

static enum verdict take_address_request(struct device *device, struct port *port, const struct control *control)
{
	const uint8_t *address;

	if (!control_option(control, ADDRESS, 4, &address))
		return BAD_OPTIONS;
	if (address == NULL || memcmp(address, NO_ADDRESS, 4) == 0)
		return BAD_ADDRESS;
	answer(device, port, control, CONFIGURE_ACK);
	device->peer_acked = true;
	return FINE;
}

// The peer's better values for what we asked for; a rejected DNS is asked for no more.
static enum verdict take_better(struct device *device, struct port *port, const struct control *control)
{
	const uint8_t *address, *dns[2];

	if (!control_option(control, ADDRESS, 4, &address) || !control_option(control, DNS, 4, &dns[0]) ||
	    !control_option(control, SECOND_DNS, 4, &dns[1]))
		return BAD_OPTIONS;
	if (address == NULL && dns[0] == NULL && dns[1] == NULL)
		return BAD_OPTIONS;
	if (control->code == CONFIGURE_REJECT) {
		if (address != NULL)
			return BAD_ADDRESS;
		device->no_dns = true;
	} else if (address != NULL) {
		memcpy(&device->address, address, 4);
	}
	for (unsigned i = 0; i < 2; i++) {
		if (dns[i] != NULL)
			memcpy(&device->dns[i], dns[i], 4);
	}
	device->identifier = ++device->last;
	request_address(device, port);
	return FINE;
}

static enum verdict take_ack(struct device *device, const struct control *control)
{
	const uint8_t *value;

	if (!control_option(control, device->stage == LINKING ? MAGIC : ADDRESS, 4, &value))
		return BAD_OPTIONS;
	if (value == NULL || memcmp(value, device->stage == LINKING ? &device->magic : &device->address, 4) != 0)
		return BAD_OPTIONS;
	if (device->stage == CONFIGURING && device->address == 0)
		return BAD_ADDRESS;
	device->acked = true;
	return FINE;
}

// Configure packets of the protocol that is being negotiated now.
static enum verdict take_configure(struct device *device, struct port *port, const struct control *control)
{
	bool link = control->protocol == LCP;
	enum verdict verdict;

	if (control->code == CONFIGURE_REQUEST)
		verdict = link ? take_link_request(device, port, control) : take_address_request(device, port, control);
	else if (control->identifier != device->identifier)
		return device->tries > 0 ? LATE : BAD_IDENTIFIER;
	else if (control->code == CONFIGURE_ACK)
		verdict = take_ack(device, control);
	else
		verdict = link ? BAD_OPTIONS : take_better(device, port, control);
	if (verdict == FINE)
		proceed(device);
	return verdict;
}

static enum verdict take_challenge(struct device *device, struct port *port, const struct control *control)
{
	uint8_t message[1 + 16 + UINT8_MAX], digest[1 + MD5_BYTES] = {MD5_BYTES};
	char user[16], password[16];
	struct writer writer;
	size_t length;

	if (control->length < 1 || control->data[0] == 0 || control->length < 1u + control->data[0] || control->data[0] > 200)
		return BAD_OPTIONS;
	snprintf(user, sizeof(user), "u%07u", device->number);
	snprintf(password, sizeof(password), "p%07u", device->number);
	length = strlen(password);
	message[0] = control->identifier;
	memcpy(message + 1, password, length);
	memcpy(message + 1 + length, control->data + 1, control->data[0]);
	md5(message, 1 + length + control->data[0], digest + 1);
	begin_control(device, port, &writer, CHAP, RESPONSE, control->identifier);
	write_bytes(&writer, digest, sizeof(digest));
	write_bytes(&writer, user, strlen(user));
	port_queue(port, write_end(&writer));
	device->challenged = true;
	return FINE;
}

static enum verdict take_chap(struct device *device, struct port *port, const struct control *control)
{
	if (control->code == CHALLENGE && device->stage < AUTHENTICATING)
		return device->peer_acked ? LATE : BAD_ORDER; // the peer's Ack may have been lost, ours it cannot do without
	if (control->code == CHALLENGE)
		return take_challenge(device, port, control);
	if (device->stage != AUTHENTICATING)
		return LATE;
	if (!device->challenged)
		return BAD_ORDER;
	if (control->code == FAILURE) {
		device->stage = REFUSED;
		return FINE;
	}
	if (control->code != SUCCESS)
		return BAD_CONTROL;
	enter(device, CONFIGURING);
	request_address(device, port);
	return FINE;
}

static enum verdict take_echo_reply(struct device *device, const struct control *control)
{
	if (!device->echoing || control->identifier != device->echo)
		return LATE;
	if (control->length < 4 || memcmp(control->data, &device->peer_magic, 4) != 0)
		return BAD_MAGIC;
	device->echoing = false;
	return FINE;
}

// LCP when the link is up, or going down.
static enum verdict take_link(struct device *device, struct port *port, const struct control *control)
{
	switch (control->code) {
	case ECHO_REQUEST:
		if (control->length >= 4 && memcmp(control->data, &device->peer_magic, 4) != 0)
			return BAD_MAGIC;
		send_magic(device, port, ECHO_REPLY, control->identifier);
		return FINE;
	case ECHO_REPLY: return take_echo_reply(device, control);
	case TERMINATE_REQUEST:
		answer(device, port, control, TERMINATE_ACK);
		device->stage = CLOSED;
		return FINE;
	case TERMINATE_ACK:
		if (device->stage != CLOSING)
			return LATE;
		device_hang_up(device, port);
		return FINE;
	case CONFIGURE_REQUEST: // our Ack was lost
		if (device->stage != AUTHENTICATING)
			return BAD_ORDER;
		answer(device, port, control, CONFIGURE_ACK);
		return FINE;
	case CONFIGURE_ACK: return LATE;
	default: return BAD_CONTROL;
	}
}

// A network protocol that this device does not speak.
static void reject_protocol(struct device *device, struct port *port, const struct packet *packet)
{
	struct writer writer;

	begin_control(device, port, &writer, LCP, PROTOCOL_REJECT, ++device->last);
	write_bytes(&writer, packet->payload, packet->length);
	port_queue(port, write_end(&writer));
}

static enum verdict take_session_packet(struct device *device, struct port *port, const struct packet *packet)
{
	struct control control;
	enum verdict verdict = packet_control(packet, &control);

	if (verdict != FINE)
		return verdict;
	switch (control.protocol) {
	case LCP:
		if (device->stage == LINKING && control.code <= CONFIGURE_REJECT)
			return take_configure(device, port, &control);
		return take_link(device, port, &control);
	case CHAP: return take_chap(device, port, &control);
	case IPCP:
		if (device->stage == CONFIGURING && control.code <= CONFIGURE_REJECT)
			return take_configure(device, port, &control);
		if (device->stage == OPEN && control.code == CONFIGURE_REQUEST)
			return take_address_request(device, port, &control);
		// a verdict may have been lost, but there is none without an answer
		return device->stage < CONFIGURING && !device->challenged ? BAD_ORDER : LATE;
	case IPV6CP: reject_protocol(device, port, packet); return FINE;
	default: return BAD_PROTOCOL;
	}
}

// A frame of a session that the device does not know (any more): it says so, as every kernel does.
static void disown(const struct device *device, struct port *port, const struct packet *packet)
{
	struct ends ends = ends_of(device);
	struct writer writer;

	memcpy(ends.target, packet->ends.source, 6);
	write_discovery(&writer, next_frame(port), &ends, PADT, packet->session);
	port_queue(port, write_end(&writer));
}

enum verdict device_receive(struct device *device, struct port *port, const struct packet *packet)
{
	struct ends own = ends_of(device);

	if (memcmp(packet->ends.target, own.source, 6) != 0)
		return BAD_TARGET;
	if (packet->discovery)
		return take_discovery(device, port, packet);
	if (device->stage < LINKING || device->stage > CLOSING || packet->session != device->session) {
		disown(device, port, packet);
		return LATE;
	}
	if (memcmp(packet->ends.source, device->server, 6) != 0)
		return BAD_SOURCE;
	return take_session_packet(device, port, packet);
}
