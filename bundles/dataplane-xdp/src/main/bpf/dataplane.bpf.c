/* The data plane of Sluice: `access` on every access trunk, `core` on the core interface. */
#include "arp.h"
#include "dhcp.h"
#include "forward.h"
#include "forward6.h"
#include "garden.h"
#include "guard.h"
#include "icmp.h"
#include "identity.h"
#include "pppoe.h"
#include "trace.h"

/* Look-up and proof of the source in one access. */
static __always_inline int access_data(struct xdp_md *ctx, struct frame *frame, struct iphdr *ip,
				       struct settings *settings, __u32 port_index, const __u8 *own_mac)
{
	struct subscriber *subscriber;
	int verdict, way = WAY_UP;
	struct look look;

	subscriber = holder_of4(settings, ip->saddr, &look);
	if (!subscriber)
		return unknown_source(ctx, frame, port_index);
	touch(&subscriber->up.tat);
	verdict = prove(frame, &look, port_index);
	if (verdict)
		return drop(verdict);
	if (is_martian(ip->daddr))
		return drop(VERDICT_BAD_DESTINATION);
	if (is_gateway(settings, ip->daddr))
		return answer_echo(ctx, frame, ip, own_mac);
	if (is_walled(look.binding) && ends_here_up(settings, ip))
		way |= AS_IT_IS;
	verdict = barred(ctx, ip, look.binding, way);
	if (verdict)
		return refuse(subscriber, verdict);
	return forward_up(ctx, frame, ip, settings, &look);
}

static __always_inline int access_ip(struct xdp_md *ctx, struct frame *frame, struct settings *settings,
				     __u32 port_index, const __u8 *own_mac)
{
	struct iphdr *ip = frame->payload;
	int broadcast = is_broadcast(frame->ethernet->h_dest);
	int verdict;

	if ((void *)(ip + 1) > frame->end)
		return drop(VERDICT_TRUNCATED_IP);
	verdict = check_plain_ip(ctx, ip, frame->end, sizeof(struct ethhdr) + frame->overhead);
	if (verdict)
		return drop(verdict);
	if (!broadcast && !same_mac(frame->ethernet->h_dest, own_mac))
		return drop(VERDICT_NOT_FOR_US);
	verdict = is_dhcp(ip, frame->end);
	if (verdict < 0)
		return drop(-verdict);
	if (verdict && (ip->daddr == bpf_htonl(INADDR_BROADCAST) || is_gateway(settings, ip->daddr))) {
		int action = answer_dhcp(ctx, settings, port_index, frame->tags_bytes);

		if (action)
			return action;
		verdict = parse_ethernet(ctx, frame);	/* the call has spoilt what pointed into the frame */
		return verdict ? drop(verdict) : punt(ctx, frame, port_index, PUNT_DHCP);
	}
	if (broadcast)
		return drop(VERDICT_BAD_DESTINATION);
	return access_data(ctx, frame, ip, settings, port_index, own_mac);
}

/* IPv4 in a PPPoE session: the packet must end where PPPoE says, or it would take padding along. */
static __always_inline int access_pppoe_ip(struct xdp_md *ctx, struct frame *frame, __u32 length,
					   struct settings *settings, __u32 port_index, const __u8 *own_mac)
{
	struct iphdr *ip = frame->payload;
	int verdict;

	if ((void *)(ip + 1) > frame->end)
		return drop(VERDICT_TRUNCATED_IP);
	verdict = check_plain_ip(ctx, ip, frame->end, sizeof(struct ethhdr) + frame->overhead);
	if (verdict)
		return drop(verdict);
	if (bpf_ntohs(ip->tot_len) > length)
		return drop(VERDICT_TRUNCATED_IP);
	return access_data(ctx, frame, ip, settings, port_index, own_mac);
}

static __always_inline int access_pppoe(struct xdp_md *ctx, struct frame *frame, struct settings *settings,
					__u32 port_index, const __u8 *own_mac)
{
	__u32 length = 0;
	int protocol;

	if (!same_mac(frame->ethernet->h_dest, own_mac))
		return drop(VERDICT_NOT_FOR_US);
	protocol = parse_pppoe(frame, &length);
	if (protocol < 0)
		return drop(-protocol);
	switch (protocol) {
	case PPP_IP4:
		return access_pppoe_ip(ctx, frame, length, settings, port_index, own_mac);
	case PPP_IP6:
		return access_pppoe_ip6(ctx, frame, length, settings, port_index);
	default:
		return access_ppp(ctx, frame, protocol, length, port_index, own_mac);
	}
}

/* Inline: a call would cost every frame more than all of tracing. */
static __always_inline int access_frame(struct xdp_md *ctx)
{
	struct settings *settings = settings_now();
	struct frame frame;
	int port_index, verdict;
	const __u8 *own_mac;

	if (!settings)
		return drop(VERDICT_NOT_CONFIGURED);
	port_index = port_of(settings, ctx->ingress_ifindex);
	if (port_index < 0)
		return drop(VERDICT_UNKNOWN_PORT);
	own_mac = settings->ports[port_index & (PORTS_MAX - 1)].mac;
	verdict = parse_line(ctx, &frame);
	if (verdict)
		return drop(verdict);
	switch (frame.protocol) {
	case bpf_htons(ETH_P_IP):
		return access_ip(ctx, &frame, settings, port_index, own_mac);
	case bpf_htons(ETH_P_ARP):
		if (!is_broadcast(frame.ethernet->h_dest) &&
		    !same_mac(frame.ethernet->h_dest, own_mac))
			return drop(VERDICT_NOT_FOR_US);
		verdict = guard(&frame, port_index, PUNT_ARP);
		if (verdict)
			return drop(verdict);
		return answer_arp(ctx, &frame, settings, own_mac);
	case bpf_htons(ETH_P_IPV6):
		return access_ip6(ctx, &frame, settings, port_index, own_mac);
	case bpf_htons(ETH_P_PPP_SES):
		return access_pppoe(ctx, &frame, settings, port_index, own_mac);
	case bpf_htons(ETH_P_PPP_DISC):
		if (!is_broadcast(frame.ethernet->h_dest) && !same_mac(frame.ethernet->h_dest, own_mac))
			return drop(VERDICT_NOT_FOR_US);
		return punt(ctx, &frame, port_index, PUNT_PPPOE);
	default:
		return drop(VERDICT_OTHER_PROTOCOL);
	}
}

static __always_inline int core_frame(struct xdp_md *ctx)
{
	struct settings *settings = settings_now();
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct subscriber *subscriber;
	struct core *core;
	int verdict, way = 0;
	struct look look;

	if (!settings || (void *)(ip + 1) > end)
		return pass();
	if (ethernet->h_proto == bpf_htons(ETH_P_IPV6))
		return core_ip6(ctx, settings);
	if (ethernet->h_proto != bpf_htons(ETH_P_IP))
		return pass();
	core = core_at(settings, ctx->ingress_ifindex);
	if (!core || !same_mac(ethernet->h_dest, core->mac))
		return pass();
	subscriber = holder_of4(settings, ip->daddr, &look);
	if (!subscriber) {
		verdict = translate_down(ctx);
		return verdict ? drop(verdict) : pass();
	}
	touch(&subscriber->down.tat);
	verdict = check_plain_ip(ctx, ip, end, sizeof(struct ethhdr));
	if (verdict)
		return drop(verdict);
	if (is_walled(look.binding) && ends_here_down(settings, ip, look.binding))
		way = AS_IT_IS;
	verdict = barred(ctx, ip, look.binding, way);
	if (verdict)
		return refuse(subscriber, verdict);
	return forward_down(ctx, ip, end, settings, core, &look);
}

SEC("xdp")
int access(struct xdp_md *ctx)
{
	int traced = is_tracing() && trace_arrival(ctx, TRACE_FROM_LINE);
	int action = access_frame(ctx);

	if (traced)
		trace_verdict(ctx, action);
	return action;
}

SEC("xdp")
int core(struct xdp_md *ctx)
{
	int traced = is_tracing() && trace_arrival(ctx, TRACE_FROM_CORE);
	int action = core_frame(ctx);

	if (traced)
		trace_verdict(ctx, action);
	return action;
}

/* Does nothing. A veth delivers redirected frames only if its peer runs a program too. */
SEC("xdp")
int peer(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char program_license[] SEC("license") = "GPL";
