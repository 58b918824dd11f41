// SPDX-License-Identifier: GPL-2.0
//
// The clients of renewload as native frames: `ask` makes a request when one is due and puts it on a device, as a driver
// with XDP would; `check` compares what arrives there with the reply that is right for its client.

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "exchange.h"
#include "xid.h"

#define WORDS (EXCHANGE_BYTES_MAX / EXCHANGE_WORD)
#define GIVE_UP_MAX 64 // requests looked at in one call

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); // the clients are as many as the program says
	__type(key, __u32);
	__type(value, struct exchange);
} exchanges SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct run);
} runs SEC(".maps");

// How long the answers took, in the order in which they came, ns; at most four seconds.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); // as many as there are renewals
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} latencies SEC(".maps");

static __always_inline struct run *run_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&runs, &zero);
}

static __always_inline struct exchange *exchange_of(struct run *run, __u64 number)
{
	__u32 index = number % run->clients;

	return bpf_map_lookup_elem(&exchanges, &index);
}

// Whoever takes a request out of the way counts it.
static __always_inline int take(struct exchange *exchange)
{
	return __sync_lock_test_and_set(&exchange->under_way, 0) != 0;
}

// What is under way longer than the time-out is lost.
static __always_inline void give_up(struct run *run, __u64 now)
{
	for (int i = 0; i < GIVE_UP_MAX && run->oldest < run->sent; i++) {
		struct exchange *exchange = exchange_of(run, run->oldest);

		if (!exchange)
			return;
		if (*(volatile __u64 *)&exchange->under_way) {
			if (now < exchange->asked + run->timeout)
				return;
			if (take(exchange))
				__sync_fetch_and_add(&run->lost, 1);
		}
		run->oldest++;
	}
}

// When the next request is due, or the end of time.
static __always_inline __u64 next_due(struct run *run, __u64 now)
{
	if (run->sent == run->renewals)
		return ~0ULL;
	if (run->interval)
		return run->begin + run->sent * run->interval / 1000;
	return run->sent - *(volatile __u64 *)&run->answered - *(volatile __u64 *)&run->lost < run->window ? now : ~0ULL;
}

// Copies whole words and then the last one, over the end of the one before. 0, or -1 when there is no room.
static __always_inline int copy_words(void *to, void *to_end, const __u8 *from, __u32 bytes)
{
	__u32 last = bytes - EXCHANGE_WORD;

	for (__u32 i = 0; i < WORDS; i++) {
		__u64 *word = to + i * EXCHANGE_WORD;

		if (i * EXCHANGE_WORD >= last)
			break;
		if ((void *)(word + 1) > to_end)
			return -1;
		*word = *(const __u64 *)(from + i * EXCHANGE_WORD);
	}
	if (last > EXCHANGE_BYTES_MAX - EXCHANGE_WORD || to + last + EXCHANGE_WORD > to_end)
		return -1;
	*(__u64 *)(to + last) = *(const __u64 *)(from + last);
	return 0;
}

static __always_inline int same_words(const void *frame, const void *end, const __u8 *reply, __u32 bytes)
{
	__u32 last = bytes - EXCHANGE_WORD;

	for (__u32 i = 0; i < WORDS; i++) {
		const __u64 *word = frame + i * EXCHANGE_WORD;

		if (i * EXCHANGE_WORD >= last)
			break;
		if ((const void *)(word + 1) > end || *word != *(const __u64 *)(reply + i * EXCHANGE_WORD))
			return 0;
	}
	if (last > EXCHANGE_BYTES_MAX - EXCHANGE_WORD || frame + last + EXCHANGE_WORD > end)
		return 0;
	return *(const __u64 *)(frame + last) == *(const __u64 *)(reply + last);
}

SEC("xdp")
int ask(struct xdp_md *ctx)
{
	struct run *run = run_now();
	__u64 now = bpf_ktime_get_ns(), due;
	struct exchange *exchange;

	if (!run || !run->clients)
		return XDP_ABORTED;
	if (run->begin == 0)
		run->begin = now;
	due = next_due(run, now);
	if (due > now) {
		give_up(run, now);
		return XDP_DROP;
	}
	exchange = exchange_of(run, run->sent);
	if (!exchange || copy_words((void *)(long)ctx->data, (void *)(long)ctx->data_end, exchange->request, run->request_bytes))
		return XDP_ABORTED;
	if (take(exchange)) // it stands in the way of the client's next one
		__sync_fetch_and_add(&run->lost, 1);
	exchange->asked = due;
	__sync_lock_test_and_set(&exchange->under_way, 1);
	run->sent++;
	return bpf_redirect(run->ifindex, 0);
}

// The client of a reply whose xid is where it should be; 0 when there is none.
static __always_inline struct exchange *client_of(struct run *run, void *frame, void *end)
{
	__u32 index, at = run->xid_at & 127;
	__u32 *xid = frame + at;

	if ((void *)(xid + 1) > end)
		return 0;
	index = bpf_ntohl(*xid) * XID_INVERSE - run->first;
	return index < run->clients ? bpf_map_lookup_elem(&exchanges, &index) : 0;
}

SEC("xdp")
int check(struct xdp_md *ctx)
{
	void *frame = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct run *run = run_now();
	__u64 now = bpf_ktime_get_ns(), taken;
	struct exchange *exchange;
	__u32 number, *latency;

	if (!run)
		return XDP_ABORTED;
	exchange = client_of(run, frame, end);
	if (!exchange) {
		__sync_fetch_and_add(&run->foreign, 1);
		return XDP_PASS;
	}
	if (ctx->data_end - ctx->data != exchange->reply_bytes ||
	    !same_words(frame, end, exchange->reply, exchange->reply_bytes)) {
		__sync_fetch_and_add(&run->wrong, 1);
		return XDP_DROP;
	}
	taken = now - exchange->asked;
	if (!take(exchange)) {
		__sync_fetch_and_add(&run->late, 1);
		return XDP_DROP;
	}
	run->last_answer = now;
	number = __sync_fetch_and_add(&run->answered, 1);
	latency = bpf_map_lookup_elem(&latencies, &number);
	if (latency)
		*latency = taken >> 32 ? ~0U : taken;
	return XDP_DROP;
}

char program_license[] SEC("license") = "GPL";
