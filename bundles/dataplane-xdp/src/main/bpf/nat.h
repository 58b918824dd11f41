/* Where port-block NAT (RFC 6888, RFC 7422) goes: the layouts of its maps and its place in both directions. Nobody gives a
 * subscriber ports yet. An entry that has some without a translation would show its private address to the core, and a
 * packet for a block would reach the kernel's own stack: both are dropped by name. */
#ifndef SLUICE_NAT_H
#define SLUICE_NAT_H

#include "parse.h"

/* Blocks are of at least so many ports; a larger one has as many keys. */
#define NAT_BLOCK_PORTS 64

struct nat_block_key {
	__be32 address;		/* public */
	__u16 block;		/* port / NAT_BLOCK_PORTS */
	__u16 reserved;
};

/* Whose ports these are -> index of the entry. The block itself stands in its binding. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SUBSCRIBERS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct nat_block_key);
	__type(value, __u32);
} nat_blocks SEC(".maps");

/* One end of a flow: of the subscriber on the way up, the public one on the way down. What the other end is does not
 * matter (RFC 4787, REQ-1 and REQ-8: endpoint-independent mapping and filtering). */
struct nat_end {
	__be32 address;
	__be16 port;		/* of ICMP the identifier */
	__u8 protocol;
	__u8 reserved;
};

struct nat_flow {
	struct nat_end other;
	__u64 seen;		/* ns of the monotonic clock */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SUBSCRIBERS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct nat_end);
	__type(value, struct nat_flow);
} nat_up SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SUBSCRIBERS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct nat_end);
	__type(value, struct nat_flow);
} nat_down SEC(".maps");

/* From a subscriber, after all that looks at his own address, before the link's head is rewritten: 0, or why not. */
static __always_inline int translate_up(const struct binding *binding)
{
	return binding->nat_ports ? VERDICT_NO_TRANSLATION : 0;
}

/* From the core, for an address that no subscriber has: 0 when it is nobody's block, or why not. */
__noinline int translate_down(struct xdp_md *ctx)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct nat_block_key key = {};
	__be16 *ports;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return 0;
	if ((ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP) || ip->frag_off & bpf_htons(0x1fff))
		return 0;
	ports = (void *)ip + (__u32)ip->ihl * 4;
	if ((void *)(ports + 2) > (void *)(long)ctx->data_end)
		return 0;
	key.address = ip->daddr;
	key.block = bpf_ntohs(ports[1]) / NAT_BLOCK_PORTS;
	return bpf_map_lookup_elem(&nat_blocks, &key) ? VERDICT_NO_TRANSLATION : 0;
}

#endif
