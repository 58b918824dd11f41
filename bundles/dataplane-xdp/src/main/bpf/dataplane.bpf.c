/* The data plane of Sluice: `access` on every access trunk, `core` on the core interface. */
#include "arp.h"
#include "forward.h"
#include "garden.h"
#include "guard.h"
#include "icmp.h"
#include "trace.h"

/* 0/8, 127/8, 224/4 and above: nobody's destination (RFC 1812, 5.3.7) */
static __always_inline int is_martian(__be32 address)
{
	__u32 first = bpf_ntohl(address) >> 24;

	return first == 0 || first == 127 || first >= 224;
}

static __always_inline int count_spoofed(struct subscriber *subscriber, enum verdict verdict)
{
	__sync_fetch_and_add(&subscriber->up.refused, 1);
	return drop(verdict);
}

/* Look-up and proof of the source in one access. */
static __always_inline int access_data(struct xdp_md *ctx, struct frame *frame, struct iphdr *ip,
				       struct settings *settings, __u32 port_index, const __u8 *own_mac)
{
	struct subscriber *subscriber;
	struct binding binding;
	__u32 verdict;

	subscriber = subscriber_at(settings, ip->saddr);
	if (!subscriber)
		return drop(VERDICT_UNKNOWN_SOURCE);
	verdict = binding_of(subscriber, ip->saddr, &binding);
	if (verdict)
		return drop(verdict);
	if (binding.outer_tpid != frame->outer_tpid || !same_vlan(binding.outer_tci, frame->outer_tci) ||
	    binding.inner_tpid != frame->inner_tpid || !same_vlan(binding.inner_tci, frame->inner_tci) ||
	    binding.port != port_index)
		return count_spoofed(subscriber, VERDICT_SPOOFED_LINE);
	if (!same_mac(binding.mac, frame->ethernet->h_source))
		return count_spoofed(subscriber, VERDICT_SPOOFED_MAC);
	if (is_martian(ip->daddr))
		return drop(VERDICT_BAD_DESTINATION);
	if (is_gateway(settings, ip->daddr))
		return answer_echo(ctx, frame, ip, own_mac);
	verdict = barred(ctx, ip, &binding, 1);
	if (verdict)
		return refuse(subscriber, verdict);
	return forward_up(ctx, frame, ip, settings, subscriber, &binding.up);
}

static __always_inline int access_ip(struct xdp_md *ctx, struct frame *frame, struct settings *settings,
				     __u32 port_index, const __u8 *own_mac)
{
	struct iphdr *ip = frame->payload;
	int broadcast = is_broadcast(frame->ethernet->h_dest);
	int verdict;

	verdict = check_ip(ctx, sizeof(struct ethhdr) + frame->tags_bytes);
	if (verdict)
		return drop(verdict);
	if ((void *)(ip + 1) > frame->end)
		return drop(VERDICT_TRUNCATED_IP);
	if (!broadcast && !same_mac(frame->ethernet->h_dest, own_mac))
		return drop(VERDICT_NOT_FOR_US);
	verdict = is_dhcp(ip, frame->end);
	if (verdict < 0)
		return drop(-verdict);
	if (verdict && (ip->daddr == bpf_htonl(INADDR_BROADCAST) || is_gateway(settings, ip->daddr)))
		return punt(ctx, frame, port_index, PUNT_DHCP);
	if (broadcast)
		return drop(VERDICT_BAD_DESTINATION);
	return access_data(ctx, frame, ip, settings, port_index, own_mac);
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
	verdict = parse_ethernet(ctx, &frame);
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
		return drop(VERDICT_IPV6);
	case bpf_htons(ETH_P_PPP_DISC):
	case bpf_htons(ETH_P_PPP_SES):
		return drop(VERDICT_PPPOE);
	default:
		return drop(VERDICT_OTHER_PROTOCOL);
	}
}

static __always_inline int pass(void)
{
	count(VERDICT_PASSED);
	return XDP_PASS;
}

static __always_inline int core_frame(struct xdp_md *ctx)
{
	struct settings *settings = settings_now();
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct subscriber *subscriber;
	struct binding binding;
	int verdict;

	if (!settings)
		return pass();
	if ((void *)(ip + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP) ||
	    !same_mac(ethernet->h_dest, settings->cores[0].mac))
		return pass();
	subscriber = subscriber_at(settings, ip->daddr);
	if (!subscriber)
		return pass();
	verdict = binding_of(subscriber, ip->daddr, &binding);
	if (verdict == VERDICT_ENTRY_BUSY)
		return drop(verdict);
	if (verdict)
		return pass();
	verdict = check_ip(ctx, sizeof(struct ethhdr));
	if (verdict)
		return drop(verdict);
	if ((void *)(ip + 1) > end)
		return drop(VERDICT_TRUNCATED_IP);
	verdict = barred(ctx, ip, &binding, 0);
	if (verdict)
		return refuse(subscriber, verdict);
	return forward_down(ctx, ip, end, settings, subscriber, &binding);
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
