#include "message.h"

#include <arpa/inet.h>
#include <string.h>

#define ETH_IPV4 0x0800
#define ETH_CTAG 0x8100
#define ETH_STAG 0x88a8
#define VLAN_MASK 0x0fff
#define PROTOCOL_UDP 17
#define SERVER_PORT 67
#define CLIENT_PORT 68
#define IP_BYTES 20
#define UDP_BYTES 8
#define FIXED_BYTES 236
#define COOKIE 0x63825363
#define BOOTP_MIN 300

enum option {
	OPTION_PAD = 0,
	OPTION_REQUESTED = 50,
	OPTION_LEASE = 51,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_PARAMETERS = 55,
	OPTION_CLIENT = 61,
	OPTION_AGENT = 82,
	OPTION_END = 255,
};

#define VERDICT_NAME(constant, name) name,
static const char *const VERDICT_NAMES[] = {VERDICTS(VERDICT_NAME)};

const char *verdict_name(enum verdict verdict)
{
	return VERDICT_NAMES[verdict];
}

static uint8_t *put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value & 0xffff);
}

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

// The Internet checksum (RFC 1071), going on from `sum`; 0 over what carries a right one.
static uint16_t checksum(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (; length > 1; length -= 2, bytes += 2)
		sum += get16(bytes);
	if (length > 0)
		sum += (uint32_t)bytes[0] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

// The pseudo header's part of a UDP checksum (RFC 768); not folded.
static uint32_t pseudo_header(const uint8_t *ip, size_t udp_length)
{
	return get16(ip + 12) + get16(ip + 14) + get16(ip + 16) + get16(ip + 18) + PROTOCOL_UDP + (uint32_t)udp_length;
}

static uint8_t *put_option(uint8_t *at, enum option code, const void *value, size_t length)
{
	*at++ = (uint8_t)code;
	*at++ = (uint8_t)length;
	memcpy(at, value, length);
	return at + length;
}

void line_set_agent(struct line *line, const char *circuit_id, const char *remote_id)
{
	uint8_t *end = put_option(line->agent, 1, circuit_id, strlen(circuit_id));

	end = put_option(end, 2, remote_id, strlen(remote_id));
	line->agent_length = (size_t)(end - line->agent);
}

static uint8_t *put_ethernet(uint8_t *at, const struct request *request)
{
	memset(at, 0xff, 6);
	memcpy(at + 6, request->mac, 6);
	at += 12;
	if (request->line.svlan != 0)
		at = put16(put16(at, ETH_STAG), request->line.svlan);
	if (request->line.cvlan != 0)
		at = put16(put16(at, ETH_CTAG), request->line.cvlan);
	return put16(at, ETH_IPV4);
}

// The DHCP message; gives its length.
static size_t put_dhcp(uint8_t *dhcp, const struct request *request)
{
	static const uint8_t parameters[] = {1, 3, 6, 12, 15, 28, 42, 51, 54, 58, 59};
	uint8_t type = (uint8_t)request->type, client[7] = {1};
	uint8_t *at = dhcp + FIXED_BYTES;
	size_t length;

	memset(dhcp, 0, FIXED_BYTES);
	dhcp[0] = 1; // BOOTREQUEST
	dhcp[1] = 1; // Ethernet
	dhcp[2] = 6;
	put32(dhcp + 4, request->xid);
	memcpy(dhcp + 12, &request->current, 4);
	memcpy(dhcp + 28, request->mac, 6);
	memcpy(client + 1, request->mac, 6);
	at = put32(at, COOKIE);
	at = put_option(at, OPTION_TYPE, &type, 1);
	at = put_option(at, OPTION_CLIENT, client, sizeof(client));
	if (request->requested != 0)
		at = put_option(at, OPTION_REQUESTED, &request->requested, 4);
	if (request->server != 0)
		at = put_option(at, OPTION_SERVER, &request->server, 4);
	at = put_option(at, OPTION_PARAMETERS, parameters, sizeof(parameters));
	if (request->line.agent_length > 0)
		at = put_option(at, OPTION_AGENT, request->line.agent, request->line.agent_length);
	*at++ = OPTION_END;
	length = (size_t)(at - dhcp);
	if (length < BOOTP_MIN) {
		memset(at, 0, BOOTP_MIN - length);
		length = BOOTP_MIN;
	}
	return length;
}

size_t message_encode(uint8_t *frame, const struct request *request)
{
	uint8_t *ip = put_ethernet(frame, request), *udp = ip + IP_BYTES;
	size_t udp_length = UDP_BYTES + put_dhcp(udp + UDP_BYTES, request), total = IP_BYTES + udp_length;

	memset(ip, 0, IP_BYTES);
	ip[0] = 0x45;
	put16(ip + 2, (unsigned)total);
	ip[8] = 64;
	ip[9] = PROTOCOL_UDP;
	memcpy(ip + 12, &request->current, 4);
	memset(ip + 16, 0xff, 4);
	put16(ip + 10, checksum(0, ip, IP_BYTES));
	put16(udp, CLIENT_PORT);
	put16(udp + 2, SERVER_PORT);
	put16(udp + 4, (unsigned)udp_length);
	put16(udp + 6, 0);
	put16(udp + 6, checksum(pseudo_header(ip, udp_length), udp, udp_length));
	return (size_t)(ip - frame) + total;
}

// Reads the tags, the stripped one first; gives the offset of the IPv4 header, 0 when there is none.
static size_t decode_ethernet(const struct received *frame, struct reply *reply)
{
	size_t at = 12;
	uint16_t *tag;

	reply->target_mac = frame->bytes;
	reply->svlan = 0;
	reply->cvlan = 0;
	if (frame->stripped_type == ETH_STAG)
		reply->svlan = frame->stripped_vlan;
	else if (frame->stripped_type != 0)
		reply->cvlan = frame->stripped_vlan;
	while (frame->length >= at + 4) {
		unsigned type = get16(frame->bytes + at);

		if (type != ETH_STAG && type != ETH_CTAG)
			return type == ETH_IPV4 ? at + 2 : 0;
		tag = type == ETH_STAG ? &reply->svlan : &reply->cvlan;
		if (*tag != 0)
			return 0;
		*tag = get16(frame->bytes + at + 2) & VLAN_MASK;
		at += 4;
	}
	return 0;
}

static enum verdict decode_options(const uint8_t *at, const uint8_t *end, struct reply *reply)
{
	while (at < end && *at != OPTION_END) {
		uint8_t code = *at++, length;

		if (code == OPTION_PAD)
			continue;
		if (at == end || end - at - 1 < *at)
			return BAD_OPTIONS;
		length = *at++;
		if (code == OPTION_TYPE && length == 1)
			reply->type = *at;
		else if (code == OPTION_SERVER && length == 4)
			memcpy(&reply->server, at, 4);
		else if (code == OPTION_LEASE && length == 4)
			reply->lease_seconds = get32(at);
		else if (code == OPTION_AGENT) {
			reply->agent = at;
			reply->agent_length = length;
		}
		at += length;
	}
	return at < end ? FINE : BAD_OPTIONS;
}

static enum verdict decode_dhcp(const uint8_t *dhcp, size_t length, struct reply *reply)
{
	if (length < BOOTP_MIN || dhcp[0] != 2 || dhcp[1] != 1 || dhcp[2] != 6 || get32(dhcp + FIXED_BYTES) != COOKIE)
		return BAD_MESSAGE;
	reply->xid = get32(dhcp + 4);
	memcpy(&reply->current, dhcp + 12, 4);
	memcpy(&reply->address, dhcp + 16, 4);
	memcpy(reply->mac, dhcp + 28, 6);
	reply->type = 0;
	reply->server = 0;
	reply->lease_seconds = 0;
	reply->agent = NULL;
	reply->agent_length = 0;
	return decode_options(dhcp + FIXED_BYTES + 4, dhcp + length, reply);
}

enum verdict message_decode(const struct received *frame, struct reply *reply)
{
	size_t offset = decode_ethernet(frame, reply), total, udp_length;
	const uint8_t *ip = frame->bytes + offset, *udp = ip + IP_BYTES;

	if (offset == 0 || frame->length < offset + IP_BYTES + UDP_BYTES || ip[9] != PROTOCOL_UDP)
		return FOREIGN;
	if (get16(udp) != SERVER_PORT || get16(udp + 2) != CLIENT_PORT)
		return FOREIGN;
	total = get16(ip + 2);
	if (ip[0] != 0x45 || total < IP_BYTES + UDP_BYTES || frame->length < offset + total)
		return BAD_IP;
	if (checksum(0, ip, IP_BYTES) != 0)
		return BAD_IP_CHECKSUM;
	memcpy(&reply->target_address, ip + 16, 4);
	udp_length = get16(udp + 4);
	if (udp_length < UDP_BYTES || udp_length != total - IP_BYTES)
		return BAD_UDP;
	if (get16(udp + 6) != 0 && checksum(pseudo_header(ip, udp_length), udp, udp_length) != 0)
		return BAD_UDP_CHECKSUM;
	return decode_dhcp(udp + UDP_BYTES, udp_length - UDP_BYTES, reply);
}
