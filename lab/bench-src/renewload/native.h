// Renewals as native frames: made by BPF_PROG_TEST_RUN with live frames and checked by an XDP program on the device.

#ifndef NATIVE_H
#define NATIVE_H

#include <stdint.h>

#include "exchange.h"

struct native;

// Loads the programs of an object. Ends the program with a message when that fails, as all of these do.
struct native *native_open(const char *object, const char *device, uint32_t clients, uint64_t renewals);

// What a client asks and the reply that is right.
void native_client(struct native *native, uint32_t index, const struct exchange *exchange);

// Runs until every renewal is answered or lost, at most so long; `run` has what is wanted, and then what happened. From
// now on the device gives no other replies to anybody.
void native_run(struct native *native, struct run *run, uint64_t nanos);

// The latency of an answer, by the order in which they came, ns.
uint32_t native_latency(const struct native *native, uint64_t number);

#endif
