/* The last step of a frame that may go on: tags and PPPoE off or on, addresses of the next link, out. Frames grow and shrink
 * at the head; they leave by redirect, never by XDP_TX, which some drivers do not flush. */
#ifndef SLUICE_FORWARD_H
#define SLUICE_FORWARD_H

#include "icmp_error.h"
#include "mss.h"
#include "nat.h"
#include "police.h"
#include "subscriber.h"

#define PPPOE_VERSION_TYPE 0x11	/* and code 0: session data (RFC 2516, 4) */
#define PPPOE_HEAD 8		/* RFC 2516 and the protocol of RFC 1661, 2 */
#define PPPOE_PROTOCOL_BYTES 2	/* which PPPoE counts as payload */
#define PPP_IP4 0x0021
#define PPP_IP6 0x0057
#define LINK_HEAD_MAX (sizeof(struct ethhdr) + 2 * TAG_BYTES + PPPOE_HEAD)

struct pppoe_head {
	__u8 version_type;
	__u8 code;
	__be16 session;
	__be16 length;		/* of what follows, `protocol` first */
	__be16 protocol;
};

/* Bytes between the Ethernet header and layer 3 of frames to a subscriber. */
static __always_inline __u32 overhead_of(const struct binding *binding)
{
	__u32 tags = binding->inner_tpid ? 2 * TAG_BYTES : binding->outer_tpid ? TAG_BYTES : 0;

	return tags + (binding->pppoe_session ? PPPOE_HEAD : 0);
}

/* The largest IP packet that fits on a line. A device sends its MTU and one tag on top; the rest must fit below. */
static __always_inline __u32 room_of(const struct binding *binding, const struct port *port)
{
	return port->mtu - (binding->inner_tpid ? TAG_BYTES : 0) - (binding->pppoe_session ? PPPOE_HEAD : 0);
}

/* The largest IPv4 packet to a subscriber. */
static __always_inline __u32 mtu_of(const struct binding *binding, const struct port *port)
{
	__u32 mtu = room_of(binding, port);

	return binding->mtu && binding->mtu < mtu ? binding->mtu : mtu;
}

/* The TCI of a tag to a subscriber: its own priority, or that of the packet's DSCP (RFC 2474, 4.2.2). */
static __always_inline __be16 tci_of(const struct binding *binding, __be16 tci, __u8 dscp)
{
	return binding->flags & SET_PRIORITY ? tci :
	       (tci & bpf_htons(VID_MASK)) | bpf_htons((__u16)(dscp >> 3) << 13);
}

/* Grows the frame at its head, from layer 3 on `room` bytes, and writes Ethernet, tags and PPPoE of a subscriber.
 *
 * protocol: ETH_P_IP or ETH_P_IPV6; length: bytes of the packet. Returns 0, or -1 for want of room. After it no packet
 * pointer is good. */
static __always_inline int encapsulate(struct xdp_md *ctx, const struct binding *binding, const struct port *port,
				       __u32 room, __u16 protocol, __u32 length, __u8 dscp)
{
	int more = (int)(sizeof(struct ethhdr) + overhead_of(binding)) - (int)room;
	__be16 type = bpf_htons(binding->pppoe_session ? ETH_P_PPP_SES : protocol);
	struct pppoe_head *pppoe;
	struct ethhdr *ethernet;
	struct tag *tag;

	if (more && bpf_xdp_adjust_head(ctx, -more))
		return -1;
	ethernet = (void *)(long)ctx->data;
	tag = (void *)(ethernet + 1);
	if ((void *)ethernet + LINK_HEAD_MAX > (void *)(long)ctx->data_end)
		return -1;	/* never: an IP header follows */
	copy_mac(ethernet->h_dest, binding->mac);
	copy_mac(ethernet->h_source, port->mac);
	ethernet->h_proto = binding->outer_tpid ? binding->outer_tpid : type;
	if (binding->outer_tpid) {
		tag->tci = tci_of(binding, binding->outer_tci, dscp);
		tag->protocol = binding->inner_tpid ? binding->inner_tpid : type;
		tag++;
	}
	if (binding->inner_tpid) {
		tag->tci = tci_of(binding, binding->inner_tci, dscp);
		tag->protocol = type;
		tag++;
	}
	if (!binding->pppoe_session)
		return 0;
	pppoe = (void *)tag;
	pppoe->version_type = PPPOE_VERSION_TYPE;
	pppoe->code = 0;
	pppoe->session = binding->pppoe_session;
	pppoe->length = bpf_htons(length + PPPOE_PROTOCOL_BYTES);
	pppoe->protocol = protocol == ETH_P_IP ? bpf_htons(PPP_IP4) : bpf_htons(PPP_IP6);
	return 0;
}

/* Takes tags and PPPoE off and writes Ethernet of a core link. Returns 0, or -1. After it no packet pointer is good. */
static __always_inline int decapsulate(struct xdp_md *ctx, __u32 overhead, const __u8 *next_hop, const __u8 *mac,
				       __u16 protocol)
{
	struct ethhdr *ethernet;

	if (overhead && bpf_xdp_adjust_head(ctx, (int)overhead))
		return -1;
	ethernet = (void *)(long)ctx->data;
	if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return -1;
	copy_mac(ethernet->h_dest, next_hop);
	copy_mac(ethernet->h_source, mac);
	ethernet->h_proto = bpf_htons(protocol);
	return 0;
}

#define TELL_TOO_BIG(mtu) (ICMP_UNREACHABLE << 24 | FRAGMENTATION_NEEDED << 16 | (mtu))
#define TELL_EXPIRED (ICMP_EXCEEDED << 24)

static __always_inline enum verdict told(__u32 word)
{
	return word == TELL_EXPIRED ? VERDICT_TIME_EXCEEDED : VERDICT_FRAGMENTATION_NEEDED;
}

static __always_inline enum verdict untold(__u32 word)
{
	return word == TELL_EXPIRED ? VERDICT_TTL_EXPIRED : VERDICT_TOO_BIG;
}

/* Answers a subscriber's packet at an offset with an error. */
static __always_inline int tell_subscriber4(struct xdp_md *ctx, __u32 offset, struct settings *settings,
					    const struct binding *binding, __u32 word)
{
	const struct port *port = &settings->ports[binding->port & (PORTS_MAX - 1)];
	int length = make_error(ctx, offset, gateway_of(settings, binding->address), word);

	if (length <= 0)
		return drop(untold(word));
	if (encapsulate(ctx, binding, port, sizeof(struct ethhdr), ETH_P_IP, length, ERROR_TOS >> 2))
		return drop(VERDICT_NO_HEADROOM);
	count(told(word));
	return bpf_redirect(port->ifindex, 0);
}

/* Answers a packet of the core for a subscriber with an error. */
static __always_inline int tell_core4(struct xdp_md *ctx, struct settings *settings, const struct core *core,
				      __be32 subscriber, __u32 word)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	__u16 router[4];

	if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return drop(VERDICT_TRUNCATED_ETHERNET);
	copy_mac(router, ethernet->h_source);
	if (make_error(ctx, sizeof(*ethernet), gateway_of(settings, subscriber), word) <= 0)
		return drop(untold(word));
	if (decapsulate(ctx, 0, (const __u8 *)router, core->mac, ETH_P_IP))
		return drop(VERDICT_NO_HEADROOM);
	count(told(word));
	return bpf_redirect(core->ifindex, 0);
}

static __always_inline int may_not_be_fragmented(const struct iphdr *ip)
{
	return !!(ip->frag_off & bpf_htons(0x4000));
}

/* Says whether a packet that a subscriber sent ends here for its TTL or its size. */
static __always_inline int ends_here_up(struct settings *settings, const struct iphdr *ip)
{
	struct core *core = core_of(settings, ip->saddr, RESOLVED_IP4);

	return ip->ttl <= 1 || (core && bpf_ntohs(ip->tot_len) > core->mtu);
}

/* The same of a packet to a subscriber. */
static __always_inline int ends_here_down(struct settings *settings, const struct iphdr *ip,
					  const struct binding *binding)
{
	return ip->ttl <= 1 ||
	       bpf_ntohs(ip->tot_len) > mtu_of(binding, &settings->ports[binding->port & (PORTS_MAX - 1)]);
}

/* From a subscriber to the core. Everything was checked but TTL, next hop, size and rate. */
static __always_inline int forward_up(struct xdp_md *ctx, struct frame *frame, struct iphdr *ip,
				      struct settings *settings, const struct look *look)
{
	const struct binding *binding = look->binding;
	struct usage *usage = &look->subscriber->up;
	__u32 length = bpf_ntohs(ip->tot_len), overhead = frame->overhead;
	__u32 offset = sizeof(struct ethhdr) + overhead;
	struct core *core = core_of(settings, ip->saddr, RESOLVED_IP4);
	int verdict;

	if (ip->ttl <= 1)
		return tell_subscriber4(ctx, offset, settings, binding, TELL_EXPIRED);
	if (!core)
		return drop(VERDICT_NO_NEXT_HOP);
	if (length > core->mtu)
		return may_not_be_fragmented(ip) ?
			tell_subscriber4(ctx, offset, settings, binding, TELL_TOO_BIG(core->mtu)) :
			drop(VERDICT_TOO_BIG);
	if (!conforms(usage, &binding->up, length))
		return policed(usage, length, VERDICT_POLICED_UP);
	if (binding->flags & MARK_UP)
		mark(ip, binding->dscp_up);
	clamp_mss4(ctx, ip, offset, binding->mss);
	verdict = translate_up(binding);
	if (verdict)
		return drop(verdict);
	if (!held_still(look))
		return drop(VERDICT_ENTRY_BUSY);
	lower_ttl(ip);
	if (cut_trailer(ctx, ip, frame->end, length) ||
	    decapsulate(ctx, overhead, core->next_hop, core->mac, ETH_P_IP))
		return drop(VERDICT_NO_HEADROOM);
	delivered4(usage, length);
	count(VERDICT_FORWARDED_UP);
	return bpf_redirect(core->ifindex, 0);
}

/* From the core to a subscriber. */
static __always_inline int forward_down(struct xdp_md *ctx, struct iphdr *ip, void *end, struct settings *settings,
					const struct core *core, const struct look *look)
{
	const struct binding *binding = look->binding;
	struct port *port = &settings->ports[binding->port & (PORTS_MAX - 1)];
	struct usage *usage = &look->subscriber->down;
	__u32 length = bpf_ntohs(ip->tot_len), mtu = mtu_of(binding, port);
	__u8 dscp;

	if (ip->ttl <= 1)
		return tell_core4(ctx, settings, core, binding->address, TELL_EXPIRED);
	if (!port->ifindex)
		return drop(VERDICT_UNKNOWN_PORT);
	if (length > mtu)
		return may_not_be_fragmented(ip) ?
			tell_core4(ctx, settings, core, binding->address, TELL_TOO_BIG(mtu)) : drop(VERDICT_TOO_BIG);
	if (!conforms(usage, &binding->down, length))
		return policed(usage, length, VERDICT_POLICED_DOWN);
	if (binding->flags & MARK_DOWN)
		mark(ip, binding->dscp_down);
	clamp_mss4(ctx, ip, sizeof(struct ethhdr), binding->mss);
	lower_ttl(ip);
	dscp = ip->tos >> 2;
	if (cut_trailer(ctx, ip, end, length) ||
	    encapsulate(ctx, binding, port, sizeof(struct ethhdr), ETH_P_IP, length, dscp))
		return drop(VERDICT_NO_HEADROOM);
	if (!held_still(look))
		return drop(VERDICT_ENTRY_BUSY);
	delivered4(usage, length);
	count(VERDICT_FORWARDED_DOWN);
	return bpf_redirect(port->ifindex, 0);
}

#endif
