/* IPv6 from a subscriber to the core and back: as IPv4, but found by prefix, and senders are told why not. */
#ifndef SLUICE_FORWARD6_H
#define SLUICE_FORWARD6_H

#include "forward.h"
#include "garden.h"
#include "icmp6.h"
#include "identity.h"
#include "nd.h"
#include "pppoe.h"

#define IP6_MORE 20		/* bytes of the header than that of IPv4 */
#define MTU6_MIN 1280		/* what every link of IPv6 carries (RFC 8200, 5; for PPP RFC 5072, 2) */

static __always_inline void prefix_key_of(struct prefix_key *key, __u64 high, __u64 low, __u32 bits, __u32 length)
{
	if (bits <= 64) {
		high &= ~0ULL << (64 - bits);
		low = 0;
	} else {
		low &= ~0ULL << (128 - bits);
	}
	high = bpf_cpu_to_be64(high);
	low = bpf_cpu_to_be64(low);
	__builtin_memcpy(key->prefix, &high, 8);
	__builtin_memcpy(key->prefix + 8, &low, 8);
	key->length = length;
}

/* Who has the prefix of this length in the block around it: index + 1, or 0. */
static __always_inline __u32 neighbour_of(__u64 high, __u64 low, __u32 length)
{
	struct prefix_block *block;
	struct prefix_key key;
	__u32 *number;

	if (length <= BLOCK_BITS || (length > 64 && length <= 64 + BLOCK_BITS))
		return 0;
	prefix_key_of(&key, high, low, length - BLOCK_BITS, length);
	number = bpf_map_lookup_elem(&block_numbers, &key);
	block = number ? bpf_map_lookup_elem(&prefix_blocks, number) : 0;
	if (!block)
		return 0;
	return block->holders[(length <= 64 ? high >> (64 - length) : low >> (128 - length)) & (BLOCK_PREFIXES - 1)];
}

/* The index of the entry whose prefix holds an address, the longest first, or NOBODY. Usually one look-up: a gateway
 * has few lengths. */
__noinline __u32 holder_of(struct settings *settings, const struct address6 *address)
{
	if (!settings || !address)
		return NOBODY;
	for (int i = 0; i < LENGTHS_MAX; i++) {
		__u32 length = settings->prefix_lengths[i];
		__u64 high = bpf_be64_to_cpu(address->high), low = bpf_be64_to_cpu(address->low);
		struct prefix_key key;
		__u32 *index, holder;

		if (!length || length > 128)
			return NOBODY;
		holder = neighbour_of(high, low, length);
		if (holder)
			return holder - 1;
		prefix_key_of(&key, high, low, length, length);
		index = bpf_map_lookup_elem(&prefixes, &key);
		if (index)
			return *index;
	}
	return NOBODY;
}

/* The link-local address of a station with a MAC (RFC 4291, A). */
static __always_inline struct address6 link_local_of(const __u8 *mac)
{
	struct address6 address = {.high = bpf_cpu_to_be64(0xfe80ULL << 48)};
	__u8 *low = (__u8 *)&address.low;

	low[0] = mac[0] ^ 2;
	low[1] = mac[1];
	low[2] = mac[2];
	low[3] = 0xff;
	low[4] = 0xfe;
	low[5] = mac[3];
	low[6] = mac[4];
	low[7] = mac[5];
	return address;
}

static __always_inline __u8 dscp_of6(const struct ipv6hdr *ip)
{
	return bpf_ntohl(*(const __be32 *)ip) >> 22 & 0x3f;
}

static __always_inline void mark6(struct ipv6hdr *ip, __u8 dscp)
{
	__be32 *first = (__be32 *)ip;	/* version 4, DSCP 6, ECN 2, flow label 20 */

	*first = (*first & ~bpf_htonl(0x3f << 22)) | bpf_htonl((dscp & 0x3f) << 22);
}

/* 33:33, multicast of IPv6 on Ethernet (RFC 2464, 7) */
static __always_inline int is_group6(const __u8 *mac)
{
	return mac[0] == 0x33 && mac[1] == 0x33;
}

/* What the sender of a packet is told that does not fit into `mtu`; 0 when it must not be told: no sender takes less than
 * 1280 for an answer (RFC 8201, 4), so smaller packets are dropped where the link cannot have them. */
static __always_inline __u32 told_mtu6(__u32 length, __u32 mtu)
{
	return mtu >= MTU6_MIN ? mtu : length > MTU6_MIN ? MTU6_MIN : 0;
}

/* The largest IPv6 packet to a subscriber: a limit of its own below 1280 does not hold for IPv6. */
static __always_inline __u32 mtu6_of(const struct binding *binding, const struct port *port)
{
	__u32 room = room_of(binding, port), mtu = binding->mtu && binding->mtu < MTU6_MIN ? MTU6_MIN : binding->mtu;

	return mtu && mtu < room ? mtu : room;
}

/* What chooses a source's core interface. */
static __always_inline __u32 source_of6(const struct ipv6hdr *ip)
{
	const __be32 *words = ip->saddr.s6_addr32;

	return words[0] ^ words[1] ^ words[2] ^ words[3];
}

static __always_inline __u32 length_of6(const struct ipv6hdr *ip)
{
	return sizeof(*ip) + bpf_ntohs(ip->payload_len);
}

/* A SYN right behind the fixed header offers what fits (mss.h); IPv6 needs 20 bytes more than IPv4. */
static __always_inline void clamp_mss6(struct xdp_md *ctx, struct ipv6hdr *ip, __u32 offset, __u32 most)
{
	if (most > IP6_MORE && ip->nexthdr == IPPROTO_TCP && is_syn(ctx, ip + 1))
		clamp_mss(ctx, offset + sizeof(*ip), most - IP6_MORE);
}

/* Whence a subscriber is told of an error: from our address on the core side, as his router does not pass on what has a
 * link-local source (RFC 4291, 2.5.6) and the sender may be behind it; else from the address of the line. */
static __always_inline struct address6 teller_of(const struct settings *settings, const struct port *port)
{
	struct address6 own;

	__builtin_memcpy(&own, settings->cores[0].address6, sizeof(own));
	return is_unspecified(own) ? link_local_of(port->mac) : own;
}

/* Answers a subscriber's packet at an offset of the frame with an error. */
static __always_inline int tell_subscriber6(struct xdp_md *ctx, __u32 offset, const struct settings *settings, __u32 index,
					    const struct binding *binding, struct error6 *error)
{
	const struct port *port = &settings->ports[binding->port & (PORTS_MAX - 1)];
	int too_big = error->type == ICMP6_TOO_BIG, length;

	if (!is_tellable(ctx, offset) || !may_tell(index))
		return drop(too_big ? VERDICT_TOO_BIG : VERDICT_TTL_EXPIRED);
	error->source = teller_of(settings, port);
	length = make_error6(ctx, offset, error);
	if (length <= 0 || encapsulate(ctx, binding, port, sizeof(struct ethhdr), ETH_P_IPV6, length, 0))
		return drop(VERDICT_NO_HEADROOM);
	count(too_big ? VERDICT_FRAGMENTATION_NEEDED : VERDICT_TIME_EXCEEDED);
	return bpf_redirect(port->ifindex, 0);
}

/* Answers a packet of the core with an error, if we have an address there: its sender is on another link. */
static __always_inline int tell_core6(struct xdp_md *ctx, const struct core *core, __u32 index, struct error6 *error)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	int too_big = error->type == ICMP6_TOO_BIG;
	__u16 router[4];

	if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return drop(VERDICT_TRUNCATED_ETHERNET);
	copy_mac(router, ethernet->h_source);
	__builtin_memcpy(&error->source, core->address6, sizeof(error->source));
	if (is_unspecified(error->source) || !is_tellable(ctx, sizeof(*ethernet)) || !may_tell(index))
		return drop(too_big ? VERDICT_TOO_BIG : VERDICT_TTL_EXPIRED);
	if (make_error6(ctx, sizeof(*ethernet), error) <= 0 ||
	    decapsulate(ctx, 0, (const __u8 *)router, core->mac, ETH_P_IPV6))
		return drop(VERDICT_NO_HEADROOM);
	count(too_big ? VERDICT_FRAGMENTATION_NEEDED : VERDICT_TIME_EXCEEDED);
	return bpf_redirect(core->ifindex, 0);
}

/* From a subscriber to the core. Everything was checked but hops, next hop, size and rate. */
static __always_inline int forward_up6(struct xdp_md *ctx, struct frame *frame, struct ipv6hdr *ip,
				       struct settings *settings, __u32 index, const struct look *look)
{
	const struct binding *binding = look->binding;
	struct usage *usage = &look->subscriber->up;
	__u32 length = length_of6(ip), overhead = frame->overhead;
	__u32 offset = sizeof(struct ethhdr) + overhead;
	struct core *core = core_of(settings, source_of6(ip), RESOLVED_IP6);
	struct error6 error = {};

	if (ip->hop_limit <= 1) {
		error.type = ICMP6_TIME_EXCEEDED;
		return tell_subscriber6(ctx, offset, settings, index, binding, &error);
	}
	if (!core)
		return drop(VERDICT_NO_NEXT_HOP);
	if (length > core->mtu) {
		error.type = ICMP6_TOO_BIG;
		error.value = told_mtu6(length, core->mtu);
		return error.value ? tell_subscriber6(ctx, offset, settings, index, binding, &error) :
				     drop(VERDICT_TOO_BIG);
	}
	if (!conforms(usage, &binding->up, length))
		return policed(usage, length, VERDICT_POLICED_UP);
	if (binding->flags & MARK_UP)
		mark6(ip, binding->dscp_up);
	clamp_mss6(ctx, ip, offset, binding->mss);
	if (!held_still(look))
		return drop(VERDICT_ENTRY_BUSY);
	ip->hop_limit--;
	if (cut_trailer(ctx, ip, frame->end, length) ||
	    decapsulate(ctx, overhead, core->next_hop6, core->mac, ETH_P_IPV6))
		return drop(VERDICT_NO_HEADROOM);
	delivered6(usage, length);
	count(VERDICT_FORWARDED_UP);
	return bpf_redirect(core->ifindex, 0);
}

/* Look-up and proof of the source. */
static __always_inline int access_data6(struct xdp_md *ctx, struct frame *frame, struct ipv6hdr *ip,
					struct settings *settings, __u32 port_index)
{
	struct address6 source = address6_of(&ip->saddr), destination = address6_of(&ip->daddr);
	__u32 index = holder_of(settings, &source);
	struct subscriber *subscriber;
	struct look look;
	int verdict;

	subscriber = index == NOBODY ? 0 : bpf_map_lookup_elem(&subscribers, &index);
	if (!subscriber || look_at(subscriber, &look))
		return unknown_source(ctx, frame, port_index);
	verdict = prove(frame, &look, port_index);
	if (verdict)
		return drop(verdict);
	if (is_martian6(destination) || is_unspecified(destination))
		return drop(VERDICT_BAD_DESTINATION);
	verdict = barred(ctx, ip, look.binding, 1);
	if (verdict)
		return refuse(subscriber, verdict);
	return forward_up6(ctx, frame, ip, settings, index, &look);
}

/* Whether a packet stays on its link: -1 if it does and has no business there, 0 if it goes further. */
static __always_inline int link_of(struct address6 source, struct address6 destination)
{
	if (is_link_local(destination) || is_multicast6(destination))
		return 1;
	return is_link_local(source) || is_unspecified(source) ? -1 : 0;
}

/* IPv6 of a line whose header was checked. */
static __always_inline int access_packet6(struct xdp_md *ctx, struct frame *frame, struct ipv6hdr *ip,
					  struct settings *settings, __u32 port_index)
{
	struct address6 source = address6_of(&ip->saddr);
	int link = link_of(source, address6_of(&ip->daddr)), class;

	if (is_multicast6(source) || is_martian6(source))
		return drop(VERDICT_BAD_IP6_SOURCE);
	if (!link)
		return access_data6(ctx, frame, ip, settings, port_index);
	if (link < 0)
		return drop(VERDICT_LINK_LOCAL);
	if (frame->pppoe_session && !pppoe_of(frame, port_index))
		return unknown_source(ctx, frame, port_index);
	class = link_class(ctx, sizeof(struct ethhdr) + frame->overhead);
	return class < 0 ? drop(-class) : punt(ctx, frame, port_index, class);
}

/* IPv6 in Ethernet, to us or to a group of the link. */
static __always_inline int access_ip6(struct xdp_md *ctx, struct frame *frame, struct settings *settings,
				      __u32 port_index, const __u8 *own_mac)
{
	struct ipv6hdr *ip = frame->payload;
	int verdict = check_ip6(ip, frame->end);

	if (verdict)
		return drop(verdict);
	if (!same_mac(frame->ethernet->h_dest, own_mac) &&
	    !(is_group6(frame->ethernet->h_dest) && is_multicast6(address6_of(&ip->daddr))))
		return drop(VERDICT_NOT_FOR_US);
	return access_packet6(ctx, frame, ip, settings, port_index);
}

/* IPv6 in a PPPoE session (RFC 5072), which says where it ends. */
static __always_inline int access_pppoe_ip6(struct xdp_md *ctx, struct frame *frame, __u32 length,
					    struct settings *settings, __u32 port_index)
{
	struct ipv6hdr *ip = frame->payload;
	int verdict = check_ip6(ip, frame->end);

	if (verdict)
		return drop(verdict);
	if (length_of6(ip) > length)
		return drop(VERDICT_TRUNCATED_IP);
	return access_packet6(ctx, frame, ip, settings, port_index);
}

/* From the core to a subscriber. */
static __always_inline int forward_down6(struct xdp_md *ctx, struct ipv6hdr *ip, void *end, struct settings *settings,
					 const struct core *core, __u32 index, const struct look *look)
{
	const struct binding *binding = look->binding;
	struct port *port = &settings->ports[binding->port & (PORTS_MAX - 1)];
	__u32 length = length_of6(ip), mtu = mtu6_of(binding, port);
	struct usage *usage = &look->subscriber->down;
	struct error6 error = {};
	__u8 dscp;

	if (!port->ifindex)
		return drop(VERDICT_UNKNOWN_PORT);
	if (ip->hop_limit <= 1) {
		error.type = ICMP6_TIME_EXCEEDED;
		return tell_core6(ctx, core, index, &error);
	}
	if (length > mtu) {
		error.type = ICMP6_TOO_BIG;
		error.value = told_mtu6(length, mtu);
		return error.value ? tell_core6(ctx, core, index, &error) : drop(VERDICT_TOO_BIG);
	}
	if (!conforms(usage, &binding->down, length))
		return policed(usage, length, VERDICT_POLICED_DOWN);
	if (binding->flags & MARK_DOWN)
		mark6(ip, binding->dscp_down);
	clamp_mss6(ctx, ip, sizeof(struct ethhdr), binding->mss);
	ip->hop_limit--;
	dscp = dscp_of6(ip);
	if (cut_trailer(ctx, ip, end, length) ||
	    encapsulate(ctx, binding, port, sizeof(struct ethhdr), ETH_P_IPV6, length, dscp))
		return drop(VERDICT_NO_HEADROOM);
	if (!held_still(look))
		return drop(VERDICT_ENTRY_BUSY);
	delivered6(usage, length);
	count(VERDICT_FORWARDED_DOWN);
	return bpf_redirect(port->ifindex, 0);
}

/* IPv6 from the core. What is for no subscriber is the kernel's: its own neighbours and services. */
static __always_inline int core_ip6(struct xdp_md *ctx, struct settings *settings)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = (void *)(ethernet + 1);
	struct core *core = core_at(settings, ctx->ingress_ifindex);
	struct address6 source, destination;
	struct subscriber *subscriber;
	struct look look;
	__u32 index;
	int verdict;

	if (!core || (void *)(ip + 1) > end || !same_mac(ethernet->h_dest, core->mac))
		return pass();
	destination = address6_of(&ip->daddr);
	index = holder_of(settings, &destination);
	subscriber = index == NOBODY ? 0 : bpf_map_lookup_elem(&subscribers, &index);
	if (!subscriber || look_at(subscriber, &look))
		return pass();
	verdict = check_ip6(ip, end);
	if (verdict)
		return drop(verdict);
	source = address6_of(&ip->saddr);
	if (is_multicast6(source) || is_martian6(source) || is_unspecified(source))
		return drop(VERDICT_BAD_IP6_SOURCE);
	if (is_link_local(source))
		return drop(VERDICT_LINK_LOCAL);
	verdict = barred(ctx, ip, look.binding, 0);
	if (verdict)
		return refuse(subscriber, verdict);
	return forward_down6(ctx, ip, end, settings, core, index, &look);
}

#endif
