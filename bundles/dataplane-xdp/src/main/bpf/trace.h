/* Shows the operator the frames of single subscribers and what became of each. While nobody looks it costs a frame one
 * load. Java fills `tracing`, reads the ring `trace_frames`, and bounds a trace in time; the rate is bounded here. */
#ifndef SLUICE_TRACE_H
#define SLUICE_TRACE_H

#include <linux/ipv6.h>
#include "parse.h"

#define TRACES_MAX 4
#define TRACE_RANGES_MAX 17	/* one IPv4 address, eight prefixes and eight routes */
#define TRACE_BYTES_MAX 2048	/* of one frame; a power of two */
#define TRACE_RING_BYTES (1 << 21)
#define PPPOE_BYTES 8		/* header and protocol of a session frame (RFC 2516, 4; RFC 1661, 2) */
#define PPP_IP 0x0021
#define PPP_IPV6 0x0057

enum trace_way {
	TRACE_FROM_LINE = 0,	/* as it came from the subscriber */
	TRACE_FROM_CORE = 1,	/* as it came for the subscriber, and did not get there */
	TRACE_TO_LINE = 2,	/* as it goes to the subscriber */
};

/* IPv6 addresses, or IPv4 ones as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
struct trace_range {
	__be64 address[2];
	__be64 mask[2];
};

/* Whose frames one operator wants to see: those of a MAC address or of a whole line, and those from or for addresses. */
struct trace {
	__u64 until;		/* ns of the monotonic clock, 0: no trace; so a trace ends though Java died */
	__u64 interval;		/* ns between two frames that are shown */
	__u64 tolerance;	/* ns that frames may come too early */
	__u64 tat;		/* theoretical arrival time (ITU-T I.371, A) */
	__u64 limited;		/* frames over the rate */
	__u64 lost;		/* frames for which the ring had no room */
	__u32 ifindex;		/* of the line's port */
	__u32 snap;		/* bytes of a frame that are shown */
	__u8 mac[6];
	__be16 outer_vid;
	__be16 inner_vid;
	__u16 whole_line;
	__u32 ranges_count;
	struct trace_range ranges[TRACE_RANGES_MAX];
};

struct tracing {
	__u32 active;		/* how many traces there are */
	__u32 reserved;
	struct trace traces[TRACES_MAX];
};

/* One record of the ring; `captured` bytes of the frame follow the head. */
struct trace_event {
	__u64 time;		/* ns of the monotonic clock */
	__u64 trail;		/* as in struct tally, of this frame alone */
	__u32 traces;		/* one bit for each trace that wants it */
	__u16 way;
	__u16 snap;
	__u32 length;
	__u32 captured;
	__u8 bytes[TRACE_BYTES_MAX];
};

#define TRACE_HEAD_BYTES 32

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct tracing);
} tracing SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trace_event);
} trace_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, TRACE_RING_BYTES);
} trace_frames SEC(".maps");

/* What of a frame decides whose it is. */
struct trace_key {
	__be64 address[2];	/* source from the line, destination from the core; zero: none */
	__u32 ifindex;
	__u8 mac[6];
	__be16 outer_vid;
	__be16 inner_vid;
	__u16 from_line;
};

static __always_inline int is_tracing(void)
{
	__u32 zero = 0;
	struct tracing *now = bpf_map_lookup_elem(&tracing, &zero);

	return now && *(volatile __u32 *)&now->active;
}

/* Says whether a trace wants a frame. */
__noinline int trace_wants(const struct trace *trace, const struct trace_key *key)
{
	if (!trace || !key)
		return 0;
	if (key->from_line && same_mac(trace->mac, key->mac))
		return 1;
	if (key->from_line && trace->whole_line && trace->ifindex == key->ifindex &&
	    trace->outer_vid == key->outer_vid && trace->inner_vid == key->inner_vid)
		return 1;
	if (!key->address[0] && !key->address[1])
		return 0;
	for (__u32 i = 0; i < TRACE_RANGES_MAX; i++) {
		const struct trace_range *range = &trace->ranges[i];

		if (i < trace->ranges_count &&
		    !((key->address[0] ^ range->address[0]) & range->mask[0]) &&
		    !((key->address[1] ^ range->address[1]) & range->mask[1]))
			return 1;
	}
	return 0;
}

/* Takes one frame from the rate of a trace, or counts that it cannot. */
__noinline int trace_admits(struct trace *trace, __u64 now)
{
	__u64 tat, next;

	if (!trace)
		return 0;
	tat = *(volatile __u64 *)&trace->tat;
	next = (tat > now ? tat : now) + trace->interval;
	if (next <= now + trace->tolerance && __sync_val_compare_and_swap(&trace->tat, tat, next) == tat)
		return 1;
	__sync_fetch_and_add(&trace->limited, 1);
	return 0;
}

/* Reads the address behind Ethernet, tags and PPPoE, if there is one. */
static __always_inline void trace_address(struct frame *frame, struct trace_key *key)
{
	__be16 protocol = frame->protocol;
	void *packet = frame->payload;
	struct iphdr *ip;
	struct ipv6hdr *ip6;

	if (protocol == bpf_htons(ETH_P_PPP_SES)) {
		__be16 *ppp = packet + PPPOE_BYTES - 2;

		if (packet + PPPOE_BYTES > frame->end)
			return;
		protocol = *ppp == bpf_htons(PPP_IP) ? bpf_htons(ETH_P_IP) :
			   *ppp == bpf_htons(PPP_IPV6) ? bpf_htons(ETH_P_IPV6) : 0;
		packet += PPPOE_BYTES;
	}
	ip = packet;
	ip6 = packet;
	if (protocol == bpf_htons(ETH_P_IP) && (void *)(ip + 1) <= frame->end) {
		__u32 *words = (__u32 *)&key->address[1];

		words[0] = bpf_htonl(0xffff);
		words[1] = key->from_line ? ip->saddr : ip->daddr;
	} else if (protocol == bpf_htons(ETH_P_IPV6) && (void *)(ip6 + 1) <= frame->end) {
		__builtin_memcpy(key->address, key->from_line ? &ip6->saddr : &ip6->daddr, 16);
	}
}

/* Copies the frame as it is now into the event. */
static __always_inline void trace_capture(struct xdp_md *ctx, struct trace_event *event)
{
	__u32 length = ctx->data_end - ctx->data;
	__u32 captured = length < event->snap ? length : event->snap;

	event->length = length;
	event->captured = 0;
	if (captured < 1 || captured > TRACE_BYTES_MAX)
		return;
	if (!bpf_xdp_load_bytes(ctx, 0, event->bytes, captured))
		event->captured = captured;
}

/* Says whether somebody traces this frame, and if so keeps it as it came. */
__noinline int trace_arrival(struct xdp_md *ctx, __u32 way)
{
	struct trace_key key = { .ifindex = ctx->ingress_ifindex, .from_line = way == TRACE_FROM_LINE };
	__u32 zero = 0, wanted = 0, snap = 0;
	struct tracing *now_tracing = bpf_map_lookup_elem(&tracing, &zero);
	struct trace_event *event = bpf_map_lookup_elem(&trace_events, &zero);
	struct tally *tally = bpf_map_lookup_elem(&verdicts, &zero);
	__u64 now = bpf_ktime_get_ns();
	struct frame frame;
	int bad;

	if (!now_tracing || !event || !tally)
		return 0;
	bad = parse_ethernet(ctx, &frame);
	if (bad == VERDICT_TRUNCATED_ETHERNET || bad == VERDICT_BAD_SOURCE_MAC)
		return 0;	/* it says nobody's name */
	__builtin_memcpy(key.mac, frame.ethernet->h_source, 6);
	key.outer_vid = frame.outer_tci & bpf_htons(VID_MASK);
	key.inner_vid = frame.inner_tci & bpf_htons(VID_MASK);
	if (!bad)
		trace_address(&frame, &key);
	for (__u32 i = 0; i < TRACES_MAX; i++) {
		struct trace *trace = &now_tracing->traces[i];

		if (trace->until > now && trace_wants(trace, &key) && trace_admits(trace, now)) {
			wanted |= 1 << i;
			snap = trace->snap > snap ? trace->snap : snap;
		}
	}
	if (!wanted)
		return 0;
	event->time = now;
	event->traces = wanted;
	event->way = way;
	event->snap = snap;
	trace_capture(ctx, event);
	tally->trail = 0;
	return 1;
}

static __always_inline void trace_emit(struct trace_event *event, struct tracing *now_tracing)
{
	__u32 captured = event->captured;

	if (captured > TRACE_BYTES_MAX)
		return;
	if (!bpf_ringbuf_output(&trace_frames, event, TRACE_HEAD_BYTES + captured, BPF_RB_NO_WAKEUP))
		return;
	for (__u32 i = 0; i < TRACES_MAX; i++)
		if (event->traces & 1 << i)
			__sync_fetch_and_add(&now_tracing->traces[i].lost, 1);
}

/* Reports the frame that trace_arrival kept. One that goes to the subscriber is shown as it leaves; one that is answered
 * is shown before its answer. */
__noinline int trace_verdict(struct xdp_md *ctx, int action)
{
	__u32 zero = 0, last;
	struct tracing *now_tracing = bpf_map_lookup_elem(&tracing, &zero);
	struct trace_event *event = bpf_map_lookup_elem(&trace_events, &zero);
	struct tally *tally = bpf_map_lookup_elem(&verdicts, &zero);
	int leaves = action == XDP_REDIRECT || action == XDP_TX;

	if (!now_tracing || !event || !tally)
		return 0;
	event->trail = tally->trail;
	last = event->trail & 0xff;
	if (event->way == TRACE_FROM_LINE) {
		trace_emit(event, now_tracing);
		leaves = leaves && last != VERDICT_FORWARDED_UP + 1 && last != VERDICT_PUNTED + 1;
	} else {
		leaves = leaves && last == VERDICT_FORWARDED_DOWN + 1;	/* else it is an error that goes back */
	}
	if (leaves) {
		event->way = TRACE_TO_LINE;
		trace_capture(ctx, event);
	}
	if (leaves || event->way == TRACE_FROM_CORE)
		trace_emit(event, now_tracing);
	return 0;
}

#endif
