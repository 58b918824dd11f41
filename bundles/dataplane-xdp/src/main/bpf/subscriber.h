/* From an address to its subscriber: one array access for both directions, a hash only outside the networks. */
#ifndef SLUICE_SUBSCRIBER_H
#define SLUICE_SUBSCRIBER_H

#include "parse.h"

#define LOOKS_MAX 3		/* at a binding that is being rewritten */

/* The index of the port with a device, or -1. */
__noinline int port_of(struct settings *settings, __u32 ifindex)
{
	if (!settings)
		return -1;
	for (int i = 0; i < PORTS_MAX; i++)
		if (settings->ports[i].ifindex == ifindex)
			return i;
	return -1;
}

/* The index of the network that holds an address (host order), by bisection, or -1. */
__noinline int network_of(struct settings *settings, __u32 address)
{
	__u32 low = 0, high;

	if (!settings)
		return -1;
	high = settings->networks_count;
	for (int step = 0; step < 7 && low < high; step++) {
		__u32 middle = (low + high) / 2 & (NETWORKS_MAX - 1);
		struct network *network = &settings->networks[middle];

		if (address < network->base)
			high = middle;
		else if (address > network->last)
			low = middle + 1;
		else
			return middle;
	}
	return -1;
}

/* Says whether an address is that of the gateway in its network. */
static __always_inline int is_gateway(struct settings *settings, __be32 address)
{
	int network = network_of(settings, bpf_ntohl(address));

	return network >= 0 && settings->networks[network & (NETWORKS_MAX - 1)].gateway == address;
}

/* The entry of an address, whether or not somebody holds it. */
static __always_inline struct subscriber *subscriber_at(struct settings *settings, __be32 address)
{
	int network_index = network_of(settings, bpf_ntohl(address));
	__u32 index;

	if (network_index >= 0) {
		struct network *network = &settings->networks[network_index & (NETWORKS_MAX - 1)];

		index = network->first + (bpf_ntohl(address) - network->base);
	} else {
		__u32 *spare = bpf_map_lookup_elem(&outside, &address);

		if (!spare)
			return 0;
		index = *spare;
	}
	return bpf_map_lookup_elem(&subscribers, &index);
}

/* Copies the binding in force. Returns 0, or the verdict: nobody is there, or it does not hold still. */
static __always_inline int binding_of(struct subscriber *subscriber, __be32 address, struct binding *binding)
{
	for (int look = 0; look < LOOKS_MAX; look++) {
		__u32 state = *(volatile __u32 *)&subscriber->state;

		if (!(state & STATE_OPEN))
			return VERDICT_UNKNOWN_SOURCE;
		/* the address depends on state: no processor reads the binding first */
		*binding = *(struct binding *)((void *)&subscriber->even + (state & STATE_HALF) * 64);
		asm volatile("" ::: "memory");
		if (*(volatile __u32 *)&subscriber->state == state)
			return binding->address == address ? 0 : VERDICT_UNKNOWN_SOURCE;
	}
	return VERDICT_ENTRY_BUSY;
}

#endif
