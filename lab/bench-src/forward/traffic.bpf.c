// SPDX-License-Identifier: GPL-2.0
//
// Both ends of lab/bench forward: `source` writes a frame of a random subscriber and puts it on a device, as a driver with
// XDP would; `sink` counts what arrives and drops it; `inspect` stands in its place first and compares every byte.

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "traffic.h"

#define UDP_AT (ETHERNET_BYTES + 20) // of IPv4 without tags

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct traffic);
} plan SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct traffic);
} arrival SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct inspected);
} inspections SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} arrived SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct made);
} made SEC(".maps");

SEC("xdp")
int source(struct xdp_md *ctx)
{
	__u8 *frame = (__u8 *)(long)ctx->data;
	__u8 *end = (__u8 *)(long)ctx->data_end;
	__u32 zero = 0;
	struct traffic *traffic = bpf_map_lookup_elem(&plan, &zero);
	struct made *clock = bpf_map_lookup_elem(&made, &zero);

	if (!clock || !traffic || !traffic->subscribers || frame + HEADERS_MAX > end)
		return XDP_ABORTED;
	if (clock->frames % CLOCK_STRIDE == 0) {
		clock->last = bpf_ktime_get_ns();
		if (clock->frames == 0)
			clock->first = clock->last;
	}
	clock->frames++;
	write_frame(frame, traffic, (__u32)((__u64)bpf_get_prandom_u32() * traffic->subscribers >> 32));
	return bpf_redirect(traffic->ifindex, 0);
}

SEC("xdp")
int sink(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&arrived, &zero);
	struct traffic *traffic = bpf_map_lookup_elem(&arrival, &zero);

	if (count && traffic && ctx->data_end - ctx->data == frame_bytes(traffic))
		(*count)++;
	return XDP_DROP;
}

// The number of the subscriber whose address is in the packet, if it is one.
static __always_inline __u32 subscriber_of(const __u8 *packet, const struct traffic *traffic)
{
	if (traffic->translated)
		return 0; // it cannot be seen
	if (!traffic->prefix_length)
		return __builtin_bswap32(*(__u32 *)(packet + (traffic->down ? 16 : 12))) - FIRST_ADDRESS;
	return (__u32)((__builtin_bswap64(*(__u64 *)(packet + (traffic->down ? 24 : 8))) - FIRST_PREFIX) >>
		       (64 - (traffic->prefix_length & 63)) % 64);
}

// `expected` is filled; it is not on the stack, where the kernel wants every access aligned.
static __always_inline int is_right(const __u8 *frame, const __u8 *end, const struct traffic *traffic, __u8 *expected)
{
	__u32 number;

	if (frame + HEADERS_MAX > end || end - frame != frame_bytes(traffic))
		return 0;
	if (traffic->shape == SHAPE_PPPOE)
		number = subscriber_of(frame + ETHERNET_BYTES + TAGS_BYTES + PPPOE_BYTES, traffic);
	else if (traffic->shape == SHAPE_QINQ)
		number = subscriber_of(frame + ETHERNET_BYTES + TAGS_BYTES, traffic);
	else
		number = subscriber_of(frame + ETHERNET_BYTES, traffic);
	if (number >= traffic->subscribers)
		return 0;
	__builtin_memset(expected, 0, HEADERS_MAX);
	write_frame(expected, traffic, number);
	if (traffic->translated) // its port may be any
		*(__u16 *)(expected + UDP_AT) = *(__u16 *)(frame + UDP_AT);
	for (__u32 i = 0; i < HEADERS_MAX; i++)
		if (frame[i] != expected[i])
			return 0;
	for (__u32 i = HEADERS_MAX; i < FRAME_MAX; i++) { // the rest was sent as zeros
		if (frame + i + 1 > end)
			return 1;
		if (frame[i])
			return 0;
	}
	return 0;
}

SEC("xdp")
int inspect(struct xdp_md *ctx)
{
	const __u8 *frame = (__u8 *)(long)ctx->data;
	const __u8 *end = (__u8 *)(long)ctx->data_end;
	__u32 zero = 0;
	struct traffic *traffic = bpf_map_lookup_elem(&arrival, &zero);
	struct inspected *seen = bpf_map_lookup_elem(&inspections, &zero);

	if (!traffic || !seen || frame + 1 > end || frame[0] & 1) // groups are what the gateway says by itself
		return XDP_DROP;
	if (is_right(frame, end, traffic, seen->expected)) {
		seen->right++;
		return XDP_DROP;
	}
	seen->wrong++;
	for (__u32 i = 0; i < HEADERS_MAX && frame + i + 1 <= end; i++)
		seen->found[i] = frame[i];
	return XDP_DROP;
}

char program_license[] SEC("license") = "GPL";
