/* Blocked subscribers and walled gardens: where a subscriber's packets may go who may not go everywhere. Nothing is paid for
 * this by those who may. The web of everybody else is shown the portal: destination there, source back. */
#ifndef SLUICE_GARDEN_H
#define SLUICE_GARDEN_H

#include <linux/ipv6.h>
#include <linux/tcp.h>
#include "parse.h"

#define GARDENS_MAX 1024
#define ALLOWED_MAX 16384
#define RANGES_MAX 8
#define PORTAL_FLOWS_MAX 65536
#define HTTP_PORT 80
#define NO_PORTS 0x10000	/* in no range but that of all ports */
#define ANY_PORT 0x10001	/* in every range */
#define LATER_FRAGMENT_MASK 0x1fff
#define KEY_BITS 32		/* of garden and family */
#define WAY_UP 1		/* to the core */
#define AS_IT_IS 2		/* no address changes, no connection is noted */

/* An address in a garden; a trie finds the longest prefix. IPv4 as mapped (RFC 4291, 2.5.5.2). */
struct allowed_key {
	__u32 bits;		/* of what follows */
	__be16 garden;
	__be16 family;		/* 4 or 6 */
	__u8 address[16];
};

struct port_range {
	__u16 first;		/* host order */
	__u16 last;		/* 0xffff with first 0: all, and what has no ports */
	__u8 protocol;		/* 0: all */
	__u8 reserved;
};

/* What a prefix allows, with what the shorter ones around it do. */
struct allowed {
	__u16 count;
	struct port_range ranges[RANGES_MAX];
};

struct portal {
	__be32 address;
	__be16 port;
	__u16 reserved;
};

/* A connection that a subscriber meant for somebody else. */
struct portal_flow {
	__be32 subscriber;
	__be32 portal;
	__be16 port;		/* of the subscriber */
	__be16 portal_port;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, ALLOWED_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct allowed_key);
	__type(value, struct allowed);
} garden_allowed SEC(".maps");

/* Gardens with a portal. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GARDENS_MAX);
	__type(key, __u32);
	__type(value, struct portal);
} garden_portals SEC(".maps");

/* -> whom it was meant for. The connection that was silent for the longest time makes room. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PORTAL_FLOWS_MAX);
	__type(key, struct portal_flow);
	__type(value, __be32);
} portal_flows SEC(".maps");

/* One end of a packet, and what the garden's rules are made of. */
struct far_end {
	struct allowed_key key;
	__u32 protocol;
	__u32 port;		/* host order, or NO_PORTS, or ANY_PORT */
};

static __always_inline int is_allowed(const struct far_end *far)
{
	struct allowed *allowed = bpf_map_lookup_elem(&garden_allowed, &far->key);

	if (!allowed)
		return 0;
	for (int i = 0; i < RANGES_MAX && i < allowed->count; i++) {
		struct port_range *range = &allowed->ranges[i];

		if (range->protocol && range->protocol != far->protocol)
			continue;
		if (far->port == ANY_PORT || (range->first == 0 && range->last == 0xffff) ||
		    (far->port >= range->first && far->port <= range->last))
			return 1;
	}
	return 0;
}

static __always_inline void start_far_end(struct far_end *far, __u32 garden, __u16 family)
{
	__builtin_memset(far, 0, sizeof(*far));
	far->key.bits = KEY_BITS + 128;
	far->key.garden = bpf_htons(garden);
	far->key.family = bpf_htons(family);
	far->port = NO_PORTS;
}

/* A one's complement sum after two halves of it changed (RFC 1624, 3). */
static __always_inline __u16 replaced(__u16 check, __be32 before, __be32 after)
{
	__u32 sum = (__u16)~check;

	sum += (__u16)~before + (__u16)~(before >> 16) + (after & 0xffff) + (after >> 16);
	return ~folded(sum);
}

static __always_inline __u16 replaced_port(__u16 check, __be16 before, __be16 after)
{
	__u32 sum = (__u16)~check + (__u16)~before + after;

	return ~folded(sum);
}

/* Towards the portal what was meant for another web server. */
static __always_inline int to_portal(struct iphdr *ip, struct tcphdr *tcp, const struct portal *portal)
{
	struct portal_flow flow = {.subscriber = ip->saddr, .portal = portal->address, .port = tcp->source,
				   .portal_port = portal->port};
	__be32 meant = ip->daddr;
	__be32 *known = bpf_map_lookup_elem(&portal_flows, &flow);

	/* the same port towards another server is another connection: its first segment takes over, the rest of the old
	 * one would be answered by the wrong name */
	if (known && *known != meant && !tcp->syn)
		return VERDICT_WALLED_UP;
	if ((!known || *known != meant) && bpf_map_update_elem(&portal_flows, &flow, &meant, BPF_ANY))
		return VERDICT_WALLED_UP;
	ip->check = replaced(ip->check, meant, portal->address);
	tcp->check = replaced(tcp->check, meant, portal->address);
	tcp->check = replaced_port(tcp->check, tcp->dest, portal->port);
	ip->daddr = portal->address;
	tcp->dest = portal->port;
	return 0;
}

/* From the portal as if from the server that was meant; what was meant for the portal itself stays. */
static __always_inline void from_portal(struct iphdr *ip, struct tcphdr *tcp, const struct portal *portal)
{
	struct portal_flow flow = {.subscriber = ip->daddr, .portal = portal->address, .port = tcp->dest,
				   .portal_port = portal->port};
	__be32 *meant = bpf_map_lookup_elem(&portal_flows, &flow);

	if (!meant)
		return;
	ip->check = replaced(ip->check, portal->address, *meant);
	tcp->check = replaced(tcp->check, portal->address, *meant);
	tcp->check = replaced_port(tcp->check, portal->port, bpf_htons(HTTP_PORT));
	ip->saddr = *meant;
	tcp->source = bpf_htons(HTTP_PORT);
}

/* The connection with the portal itself: no longer one that was meant for another. */
static __always_inline void forget_flow(struct iphdr *ip, struct tcphdr *tcp)
{
	struct portal_flow flow = {.subscriber = ip->saddr, .portal = ip->daddr, .port = tcp->source,
				   .portal_port = tcp->dest};

	bpf_map_delete_elem(&portal_flows, &flow);
}

static __always_inline int wall_ip4(struct iphdr *ip, void *end, __u32 garden, int up, int as_it_is)
{
	int refusal = up ? VERDICT_WALLED_UP : VERDICT_WALLED_DOWN;
	__be32 far_address = up ? ip->daddr : ip->saddr;
	struct tcphdr *tcp = (void *)ip + ip->ihl * 4;
	struct udphdr *udp = (void *)tcp;
	struct portal *portal = 0;
	struct far_end far;

	start_far_end(&far, garden, 4);
	far.key.address[10] = far.key.address[11] = 0xff;
	__builtin_memcpy(far.key.address + 12, &far_address, 4);
	far.protocol = ip->protocol;
	if (ip->frag_off & bpf_htons(LATER_FRAGMENT_MASK)) {
		far.port = ANY_PORT;	/* worth nothing without the first, which had ports */
	} else if (ip->protocol == IPPROTO_UDP) {
		if ((void *)(udp + 1) > end)
			return refusal;
		far.port = bpf_ntohs(up ? udp->dest : udp->source);
	} else if (ip->protocol == IPPROTO_TCP) {
		if ((void *)(tcp + 1) > end || bpf_ntohs(ip->tot_len) < ip->ihl * 4 + sizeof(*tcp))
			return refusal;
		far.port = bpf_ntohs(up ? tcp->dest : tcp->source);
		if (!(ip->frag_off & bpf_htons(FRAGMENT_MASK)))
			portal = bpf_map_lookup_elem(&garden_portals, &garden);
	}
	if (portal && far_address == portal->address && bpf_htons(far.port) == portal->port) {
		if (!up && !as_it_is)
			from_portal(ip, tcp, portal);
		else if (up && !as_it_is && tcp->syn)
			forget_flow(ip, tcp);
		return 0;
	}
	if (is_allowed(&far))
		return 0;
	if (!up || !portal || far.port != HTTP_PORT)
		return refusal;
	return as_it_is ? 0 : to_portal(ip, tcp, portal);
}

static __always_inline int wall_ip6(struct ipv6hdr *ip, void *end, __u32 garden, int up)
{
	int refusal = up ? VERDICT_WALLED_UP : VERDICT_WALLED_DOWN;
	struct udphdr *ports = (void *)(ip + 1);
	struct far_end far;

	start_far_end(&far, garden, 6);
	__builtin_memcpy(far.key.address, up ? &ip->daddr : &ip->saddr, 16);
	far.protocol = ip->nexthdr;
	/* behind an extension header the protocol is not looked for: all protocols must be allowed then */
	if (ip->nexthdr == IPPROTO_UDP || ip->nexthdr == IPPROTO_TCP) {
		if ((void *)(ports + 1) > end)
			return refusal;
		far.port = bpf_ntohs(up ? ports->dest : ports->source);
	}
	return is_allowed(&far) ? 0 : refusal;
}

/* Judges the packet at an offset, whose header was checked; may change its far end. Returns 0 or the verdict.
 *
 * way: WAY_UP, AS_IT_IS */
__noinline int wall(struct xdp_md *ctx, __u32 offset, __u32 garden, int way)
{
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip4 = (void *)(long)ctx->data + (offset & OFFSET_MASK);
	struct ipv6hdr *ip6 = (void *)ip4;

	if ((void *)(ip4 + 1) > end)
		return VERDICT_TRUNCATED_IP;
	if (ip4->version == 4)
		return wall_ip4(ip4, end, garden, way & WAY_UP, way & AS_IT_IS);
	if ((void *)(ip6 + 1) > end)
		return VERDICT_TRUNCATED_IP;
	return wall_ip6(ip6, end, garden, way & WAY_UP);
}

static __always_inline int is_walled(const struct binding *binding)
{
	return (binding->flags & ACCESS_MASK) == ACCESS_WALLED;
}

/* Says what a subscriber's access makes of a packet of IPv4 or IPv6: 0, or the verdict, for refuse().
 *
 * way: WAY_UP or not; AS_IT_IS when the packet goes no further and its sender must know it again */
static __always_inline int barred(struct xdp_md *ctx, void *ip, const struct binding *binding, int way)
{
	__u32 access = binding->flags & ACCESS_MASK;

	if (access == ACCESS_OPEN)
		return 0;
	if (access != ACCESS_WALLED)
		return way & WAY_UP ? VERDICT_BLOCKED_UP : VERDICT_BLOCKED_DOWN;
	return wall(ctx, ip - (void *)(long)ctx->data, binding->garden, way);
}

static __always_inline int refuse(struct subscriber *subscriber, enum verdict verdict)
{
	__sync_fetch_and_add(&subscriber->down.refused, 1);
	return drop(verdict);
}

#endif
