#include "clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "xid.h"

#define MAC_KIND 0xdb
#define BROADCAST_ADDRESS 0xffffffff

void clients_create(struct clients *clients, uint32_t first, uint32_t count, bool tagged, bool agent)
{
	uint32_t owners = 1;

	while (owners < 2 * count)
		owners *= 2;
	clients->first = first;
	clients->count = count;
	clients->tagged = tagged;
	clients->agent = agent;
	clients->owners_mask = owners - 1;
	clients->table = calloc(count, sizeof(*clients->table));
	clients->owners = calloc(owners, sizeof(*clients->owners));
	if (clients->table == NULL || clients->owners == NULL) {
		fprintf(stderr, "dhcpload: no memory for %u clients\n", count);
		exit(2);
	}
}

static void set_tags(const struct clients *clients, uint32_t number, uint16_t *svlan, uint16_t *cvlan)
{
	*svlan = clients->tagged ? line_svlan(number) : 0;
	*cvlan = clients->tagged ? line_cvlan(number) : 0;
}

static void set_line(const struct clients *clients, uint32_t number, struct line *line)
{
	char circuit_id[LINE_NAME_MAX], remote_id[LINE_NAME_MAX];

	set_tags(clients, number, &line->svlan, &line->cvlan);
	line->agent_length = 0;
	if (clients->agent) {
		line_names(number, circuit_id, remote_id);
		line_set_agent(line, circuit_id, remote_id);
	}
}

void clients_request(const struct clients *clients, uint32_t index, enum message_type type, struct request *request)
{
	const struct client *client = &clients->table[index];
	uint32_t number = clients->first + index;

	request->type = type;
	request->xid = number * XID_FACTOR;
	line_mac(MAC_KIND, number, request->mac);
	request->current = 0;
	request->requested = type == REQUEST ? client->address : 0;
	request->server = type == REQUEST ? client->server : 0;
	set_line(clients, number, &request->line);
}

// Makes the client the holder of the address; false when another one is.
static bool claim(struct clients *clients, uint32_t address, uint32_t index)
{
	uint32_t at = (address * XID_FACTOR) >> 7 & clients->owners_mask;

	while (clients->owners[at] != 0) {
		uint32_t holder = clients->owners[at] - 1;

		if (holder != index && clients->table[holder].address == address)
			return false;
		at = (at + 1) & clients->owners_mask;
	}
	clients->owners[at] = index + 1;
	return true;
}

static bool same_line(const struct clients *clients, uint32_t number, const struct reply *reply, enum verdict *verdict)
{
	struct line line;

	set_line(clients, number, &line);
	*verdict = FINE;
	if (reply->svlan != line.svlan || reply->cvlan != line.cvlan)
		*verdict = BAD_TAGS;
	else if (reply->agent_length != line.agent_length || memcmp(reply->agent, line.agent, line.agent_length) != 0)
		*verdict = BAD_AGENT;
	return *verdict == FINE;
}

static bool reaches(const struct reply *reply, const uint8_t *mac)
{
	static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	if (memcmp(reply->target_mac, mac, 6) != 0 && memcmp(reply->target_mac, broadcast, 6) != 0)
		return false;
	return reply->target_address == reply->address || reply->target_address == BROADCAST_ADDRESS;
}

void clients_renewal(const struct clients *clients, uint32_t index, struct request *request)
{
	clients_request(clients, index, REQUEST, request);
	request->current = clients->table[index].address;
	request->requested = 0;
	request->server = 0;
}

enum verdict clients_check_renewal(const struct clients *clients, uint32_t index, const struct reply *reply)
{
	const struct client *client = &clients->table[index];
	uint32_t number = clients->first + index;
	enum verdict verdict;
	uint8_t mac[6];

	line_mac(MAC_KIND, number, mac);
	if (reply->xid != number * XID_FACTOR)
		return BAD_XID;
	if (memcmp(reply->mac, mac, sizeof(mac)) != 0)
		return BAD_CHADDR;
	if (!same_line(clients, number, reply, &verdict))
		return verdict;
	if (reply->type != ACK)
		return BAD_TYPE;
	if (reply->server != client->server)
		return BAD_SERVER;
	if (reply->address != client->address || reply->current != client->address)
		return BAD_ADDRESS;
	if (memcmp(reply->target_mac, mac, 6) != 0 || reply->target_address != client->address)
		return BAD_TARGET;
	return reply->lease_seconds == 0 ? BAD_LEASE : FINE;
}

uint32_t clients_index(const struct clients *clients, uint32_t xid)
{
	return xid * XID_INVERSE - clients->first;
}

enum verdict clients_check(struct clients *clients, const struct reply *reply, uint32_t *index)
{
	uint32_t number = reply->xid * XID_INVERSE;
	struct client *client;
	enum verdict verdict;
	uint8_t mac[6];

	*index = number - clients->first;
	if (number < clients->first)
		return LATE; // a client of an earlier load
	if (*index >= clients->count)
		return BAD_XID;
	client = &clients->table[*index];
	if (client->state != SELECTING && client->state != REQUESTING)
		return LATE;
	line_mac(MAC_KIND, number, mac);
	if (memcmp(reply->mac, mac, sizeof(mac)) != 0)
		return BAD_CHADDR;
	if (!same_line(clients, number, reply, &verdict))
		return verdict;
	if (reply->server == 0 || (client->state == REQUESTING && reply->server != client->server))
		return BAD_SERVER;
	if (reply->type == NAK && client->state == REQUESTING)
		return FINE;
	if (reply->type == OFFER && client->state == REQUESTING)
		return LATE; // an OFFER sent twice
	if (reply->type != (client->state == SELECTING ? OFFER : ACK))
		return BAD_TYPE;
	if (!reaches(reply, mac))
		return BAD_TARGET;
	if (reply->address == 0 || (client->state == REQUESTING && reply->address != client->address))
		return BAD_ADDRESS;
	if (reply->lease_seconds == 0)
		return BAD_LEASE;
	if (reply->type == ACK && !claim(clients, reply->address, *index))
		return BAD_DUPLICATE;
	return FINE;
}
