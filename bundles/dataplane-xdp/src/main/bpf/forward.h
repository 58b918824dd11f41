/* The last step of a frame that may go on: tags off or on, addresses of the next link, out. Frames grow and shrink at the
 * head; they leave by redirect, never by XDP_TX, which some drivers do not flush. */
#ifndef SLUICE_FORWARD_H
#define SLUICE_FORWARD_H

#include "police.h"
#include "subscriber.h"

/* The core interface for a source: one of those that know their next hop, always the same while they stay the same. */
static __always_inline struct core *core_of(struct settings *settings, __be32 source)
{
	struct core *core = &settings->cores[0];

	return core->resolved & RESOLVED_IP4 ? core : 0;
}

/* From a subscriber to the core. Everything was checked but TTL, next hop, size and rate. */
static __always_inline int forward_up(struct xdp_md *ctx, struct frame *frame, struct iphdr *ip,
				      struct settings *settings, struct subscriber *subscriber,
				      const struct limit *limit)
{
	__u32 length = bpf_ntohs(ip->tot_len);
	__u32 tags_bytes = frame->tags_bytes;
	struct core *core = core_of(settings, ip->saddr);
	struct ethhdr *ethernet;

	if (ip->ttl <= 1)
		return drop(VERDICT_TTL_EXPIRED);
	if (!core)
		return drop(VERDICT_NO_NEXT_HOP);
	if (length > core->mtu)
		return drop(VERDICT_TOO_BIG);
	if (!conforms(&subscriber->up, limit, length))
		return policed(&subscriber->up, length, VERDICT_POLICED_UP);
	lower_ttl(ip);
	if (cut_trailer(ctx, ip, frame->end, length))
		return drop(VERDICT_NO_HEADROOM);
	if (tags_bytes && bpf_xdp_adjust_head(ctx, (int)tags_bytes))
		return drop(VERDICT_NO_HEADROOM);
	ethernet = (void *)(long)ctx->data;
	if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return drop(VERDICT_NO_HEADROOM);
	__builtin_memcpy(ethernet->h_dest, core->next_hop, 6);
	__builtin_memcpy(ethernet->h_source, core->mac, 6);
	ethernet->h_proto = bpf_htons(ETH_P_IP);
	delivered4(&subscriber->up, length);
	count(VERDICT_FORWARDED_UP);
	return bpf_redirect(core->ifindex, 0);
}

/* Writes Ethernet, the tags of a binding and the type of IPv4 at the head of the frame, which has the room. */
static __always_inline int write_head(struct xdp_md *ctx, const struct binding *binding, const struct port *port,
				      __u32 tags)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct tag *tag = (void *)(ethernet + 1);

	if ((void *)(ethernet + 1) + tags * TAG_BYTES > end || (void *)(ethernet + 1) > end)
		return -1;
	__builtin_memcpy(ethernet->h_dest, binding->mac, 6);
	__builtin_memcpy(ethernet->h_source, port->mac, 6);
	if (tags == 0) {
		ethernet->h_proto = bpf_htons(ETH_P_IP);
		return 0;
	}
	ethernet->h_proto = binding->outer_tpid;
	if ((void *)(tag + 1) > end)
		return -1;
	tag->tci = binding->outer_tci;
	tag->protocol = bpf_htons(ETH_P_IP);
	if (tags == 1)
		return 0;
	tag->protocol = binding->inner_tpid;
	tag++;
	if ((void *)(tag + 1) > end)
		return -1;
	tag->tci = binding->inner_tci;
	tag->protocol = bpf_htons(ETH_P_IP);
	return 0;
}

/* From the core to a subscriber. */
static __always_inline int forward_down(struct xdp_md *ctx, struct iphdr *ip, void *end, struct settings *settings,
					struct subscriber *subscriber, const struct binding *binding)
{
	struct port *port = &settings->ports[binding->port & (PORTS_MAX - 1)];
	__u32 tags = binding->inner_tpid ? 2 : binding->outer_tpid ? 1 : 0;
	__u32 length = bpf_ntohs(ip->tot_len);

	if (ip->ttl <= 1)
		return drop(VERDICT_TTL_EXPIRED);
	if (!port->ifindex)
		return drop(VERDICT_UNKNOWN_PORT);
	/* a device sends its MTU and one tag on top; the second tag must fit below */
	if (length + tags * TAG_BYTES > port->mtu + TAG_BYTES || length > port->mtu)
		return drop(VERDICT_TOO_BIG);
	if (!conforms(&subscriber->down, &binding->down, length))
		return policed(&subscriber->down, length, VERDICT_POLICED_DOWN);
	lower_ttl(ip);
	if (cut_trailer(ctx, ip, end, length))
		return drop(VERDICT_NO_HEADROOM);
	if (tags && bpf_xdp_adjust_head(ctx, -(int)(tags * TAG_BYTES)))
		return drop(VERDICT_NO_HEADROOM);
	if (write_head(ctx, binding, port, tags))
		return drop(VERDICT_NO_HEADROOM);
	delivered4(&subscriber->down, length);
	count(VERDICT_FORWARDED_DOWN);
	return bpf_redirect(port->ifindex, 0);
}

#endif
