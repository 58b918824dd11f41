// The clients of a load: who they are, how far each has come, and whether a reply is the right one for its client.

#ifndef CLIENTS_H
#define CLIENTS_H

#include <stdint.h>

#include "message.h"

enum client_state { UNSTARTED, SELECTING, REQUESTING, BOUND, REFUSED, LOST };

struct client {
	enum client_state state;
	uint32_t address; // offered or bound, network byte order
	uint32_t server;
	uint64_t started; // when its DISCOVER was due, nanoseconds
	uint64_t requested;
};

struct clients {
	uint32_t first; // number of the first one: identities go on from run to run
	uint32_t count;
	bool tagged;
	bool agent;
	struct client *table;
	uint32_t *owners; // hash table: address -> 1 + index of the client that holds it
	uint32_t owners_mask;
};

void clients_create(struct clients *clients, uint32_t first, uint32_t count, bool tagged, bool agent);

// What the client at the index sends; the same MAC address, xid and line in every message of a client.
void clients_request(const struct clients *clients, uint32_t index, enum message_type type, struct request *request);

// The REQUEST by which a bound client asks any server for more time (RFC 2131, 4.3.2, rebinding).
void clients_renewal(const struct clients *clients, uint32_t index, struct request *request);

// Compares the reply to a renewal with its client.
enum verdict clients_check_renewal(const struct clients *clients, uint32_t index, const struct reply *reply);

// The client of an xid; not below the count when there is none.
uint32_t clients_index(const struct clients *clients, uint32_t xid);

// Compares a reply with its client and remembers the address of an ACK. The index is set unless the xid is unknown.
enum verdict clients_check(struct clients *clients, const struct reply *reply, uint32_t *index);

#endif
