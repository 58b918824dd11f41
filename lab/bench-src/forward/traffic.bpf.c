// SPDX-License-Identifier: GPL-2.0
//
// Both ends of lab/bench forward: `source` writes a frame of a random subscriber and puts it on a device, as a driver with
// XDP would; `sink` counts what arrives and drops it.

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "traffic.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct traffic);
} plan SEC(".maps");

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

	if (count && ctx->data_end - ctx->data > HEADERS_MAX)
		(*count)++;
	return XDP_DROP;
}

char program_license[] SEC("license") = "GPL";
