/* From an address to its subscriber: one array access for both directions, a hash only outside the networks. */
#ifndef SLUICE_SUBSCRIBER_H
#define SLUICE_SUBSCRIBER_H

#include "parse.h"

/* The calls that most frames are spared by a look here first cost more than what they do: kernels guard each return. */
__noinline int port_among(struct settings *settings, __u32 ifindex)
{
	if (!settings)
		return -1;
	for (int i = 1; i < PORTS_MAX; i++)
		if (settings->ports[i].ifindex == ifindex)
			return i;
	return -1;
}

/* The index of the port with a device, or -1. */
static __always_inline int port_of(struct settings *settings, __u32 ifindex)
{
	return settings->ports[0].ifindex == ifindex ? 0 : port_among(settings, ifindex);
}

/* As network_of, by bisection. */
__noinline int network_among(struct settings *settings, __u32 address)
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

/* The index of the network that holds an address (host order), or -1. */
static __always_inline int network_of(struct settings *settings, __u32 address)
{
	__u32 count = settings->networks_count;

	if (!count || address < settings->networks[0].base ||
	    address > settings->networks[(count - 1) & (NETWORKS_MAX - 1)].last)
		return -1;
	return address <= settings->networks[0].last ? 0 : network_among(settings, address);
}

/* Says whether an address is that of the gateway in its network. */
static __always_inline int is_gateway(struct settings *settings, __be32 address)
{
	int network = network_of(settings, bpf_ntohl(address));

	return network >= 0 && settings->networks[network & (NETWORKS_MAX - 1)].gateway == address;
}

/* Asks for a cache line that is needed later, so that waiting for it and for others is one wait. */
static __always_inline void touch(const __u64 *line)
{
	(void)*(const volatile __u64 *)line;
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

/* A look at a binding where it lies. What was read is good if the entry still is as it was then. */
struct look {
	struct subscriber *subscriber;
	struct binding *binding;
	__u32 state;
};

/* Looks at the binding in force. Returns 0, or -1 if packets of the entry do not pass. */
static __always_inline int look_at(struct subscriber *subscriber, struct look *look)
{
	look->state = *(volatile __u32 *)&subscriber->state;
	if (!(look->state & STATE_OPEN))
		return -1;
	look->subscriber = subscriber;
	/* the address depends on state: no processor reads the binding first */
	look->binding = (void *)&subscriber->even + (look->state & STATE_HALF) * HALVES_APART;
	return 0;
}

#define NOBODY (~0U)

/* The index of the entry behind which an address lies, or NOBODY. */
__noinline __u32 route_of(__be32 address)
{
	struct route_key key = {.length = 32, .address = address};
	__u32 *index = bpf_map_lookup_elem(&routes, &key);

	return index ? *index : NOBODY;
}

/* The subscriber whose own address this is, or else behind whom it lies; 0 when packets of neither pass. */
static __always_inline struct subscriber *holder_of4(struct settings *settings, __be32 address, struct look *look)
{
	struct subscriber *subscriber = subscriber_at(settings, address);
	__u32 index;

	if (subscriber && !look_at(subscriber, look) && look->binding->address == address)
		return subscriber;
	index = route_of(address);
	subscriber = index == NOBODY ? 0 : bpf_map_lookup_elem(&subscribers, &index);
	return subscriber && !look_at(subscriber, look) ? subscriber : 0;
}

/* Says, after the last read of the binding, whether all was of one piece. Two rewrites during one frame are needed to make
 * it wrong. */
static __always_inline int held_still(const struct look *look)
{
	asm volatile("" ::: "memory");
	return *(volatile __u32 *)&look->subscriber->state == look->state;
}

/* The core interface with a device. */
static __always_inline struct core *core_at(struct settings *settings, __u32 ifindex)
{
	if (settings->cores[0].ifindex == ifindex)
		return &settings->cores[0];
	for (int i = 1; i < CORES_MAX; i++)
		if (settings->cores[i].ifindex == ifindex)
			return &settings->cores[i];
	return 0;
}

#define PHI 0x9e3779b1		/* 2^32 by the golden ratio: spreads neighbours */

/* The index of a core interface for a source among those whose router is known for a family (RESOLVED_*), or -1. A source
 * keeps its interface as long as they stay the same. */
__noinline int core_index_of(struct settings *settings, __be32 source, __u32 family)
{
	__u32 known = 0, wanted;

	if (!settings)
		return -1;
	for (int i = 0; i < CORES_MAX; i++)
		known += !!(settings->cores[i].resolved & family);
	if (!known)
		return -1;
	wanted = (__u64)(__u32)(bpf_ntohl(source) * PHI) * known >> 32;
	for (int i = 0; i < CORES_MAX; i++) {
		if (!(settings->cores[i].resolved & family))
			continue;
		if (!wanted--)
			return i;
	}
	return -1;
}

/* As core_index_of, and quick with one interface. */
static __always_inline struct core *core_of(struct settings *settings, __be32 source, __u32 family)
{
	int index = 0;

	if (settings->cores_count > 1)
		index = core_index_of(settings, source, family);
	else if (!(settings->cores[0].resolved & family))
		return 0;
	return index < 0 ? 0 : &settings->cores[index & (CORES_MAX - 1)];
}

#endif
