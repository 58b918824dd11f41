/* Tells the sender why its packet does not go on (RFC 4443): it has become too big, or its hops are used up. */
#ifndef SLUICE_ICMP6_H
#define SLUICE_ICMP6_H

#include "nd.h"

#define ICMP6_TOO_BIG 2
#define ICMP6_TIME_EXCEEDED 3
#define ICMP6_FIRST_INFORMATION 128	/* lower types are errors */
#define ERROR6_MAX 1280	/* fits everywhere (RFC 8200, 5) */
#define ERROR6_HEAD (sizeof(struct ipv6hdr) + sizeof(struct icmp6))
#define QUOTE6_MAX (ERROR6_MAX - ERROR6_HEAD)
#define ERROR6_HOP_LIMIT 64
#define ERROR6_BUCKETS 1024
#define ERROR6_NS 20000000ULL	/* 50 a second for one subscriber, */
#define ERROR6_BURST_NS 400000000ULL	/* 20 at once */

struct error6 {
	struct address6 source;
	__u32 value;		/* the MTU, host order */
	__u8 type;
	__u8 reserved[3];
};

/* When the subscribers whose index has the same remainder may be told the next time, ns of the monotonic clock: a flood
 * of one does not silence the others (RFC 4443, 2.4 f). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ERROR6_BUCKETS);
	__type(key, __u32);
	__type(value, __u64);
} error6_times SEC(".maps");

static __always_inline int may_tell(__u32 index)
{
	__u32 key = index % ERROR6_BUCKETS;
	__u64 *bucket = bpf_map_lookup_elem(&error6_times, &key);
	__u64 now = bpf_ktime_get_ns(), time, next;

	if (!bucket)
		return 0;
	time = *(volatile __u64 *)bucket;
	next = (time > now ? time : now) + ERROR6_NS;
	return next <= now + ERROR6_BURST_NS && __sync_val_compare_and_swap(bucket, time, next) == time;
}

/* The Internet checksum's sum of all bytes from an offset to the end of the frame. */
__noinline int sum_from(struct xdp_md *ctx, __u32 offset)
{
	void *end = (void *)(long)ctx->data_end;
	__u16 *word = (void *)(long)ctx->data + (offset & OFFSET_MASK);
	__u32 sum = 0;

	for (__u32 i = 0; i < ERROR6_MAX / 2; i++, word++) {
		asm volatile("" : "+r"(word));	/* else the compiler compares counts, not addresses */
		if ((void *)(word + 1) > end)
			break;
		sum += *word;
	}
	asm volatile("" : "+r"(word));
	if ((void *)word + 1 <= end)
		sum += *(__u8 *)word;
	return sum;
}

static __always_inline __u32 sum_of(struct address6 address)
{
	__u64 sum = (__u32)address.high + (address.high >> 32) + (__u32)address.low + (address.low >> 32);

	return folded((__u32)(sum >> 32) + folded((__u32)sum));
}

/* Says whether an error about the packet at an offset of the frame may be sent at all (RFC 4443, 2.4 e): never about an
 * error or a redirect, never to who is not one. A later fragment does not say of what it is a part. */
__noinline int is_tellable(struct xdp_md *ctx, __u32 offset)
{
	int upper = upper6(ctx, offset);
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = data + (offset & OFFSET_MASK);
	struct icmp6 *icmp;
	struct address6 source;

	if (upper < 0 || (void *)(ip + 1) > end)
		return 0;
	source = address6_of(&ip->saddr);
	if (is_multicast6(source) || is_unspecified(source) || is_martian6(source))
		return 0;
	if ((upper & 0xff) != NEXT_ICMP6 || upper & UPPER_LATER)
		return 1;
	icmp = data + (upper >> UPPER_AT_SHIFT & UPPER_AT_MAX);
	return (void *)(icmp + 1) <= end && icmp->type >= ICMP6_FIRST_INFORMATION && icmp->type != REDIRECT;
}

/* Writes the header of an error before its quote, which is all that follows. */
static __always_inline int write_error6(struct xdp_md *ctx, struct address6 to, const struct error6 *error, __u32 quote)
{
	void *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = (void *)(long)ctx->data + sizeof(struct ethhdr);
	struct icmp6 *icmp = (void *)(ip + 1);
	__u32 sum;

	if ((void *)(icmp + 1) > end)
		return -1;
	*(__be32 *)ip = bpf_htonl(6 << 28);
	ip->payload_len = bpf_htons(sizeof(*icmp) + quote);
	ip->nexthdr = NEXT_ICMP6;
	ip->hop_limit = ERROR6_HOP_LIMIT;
	__builtin_memcpy(&ip->saddr, &error->source, sizeof(ip->saddr));
	__builtin_memcpy(&ip->daddr, &to, sizeof(ip->daddr));
	icmp->type = error->type;
	icmp->code = 0;
	icmp->checksum = 0;
	icmp->value = bpf_htonl(error->value);
	/* the pseudo header (RFC 8200, 8.1); 16-bit words are summed as they stand in memory */
	sum = sum_from(ctx, sizeof(struct ethhdr) + sizeof(*ip));
	sum = folded(sum) + sum_of(error->source) + sum_of(to) + bpf_htons(sizeof(*icmp) + quote) +
	      bpf_htons(NEXT_ICMP6);
	ip = (void *)(long)ctx->data + sizeof(struct ethhdr);
	icmp = (void *)(ip + 1);
	if ((void *)(icmp + 1) > (void *)(long)ctx->data_end)
		return -1;
	icmp->checksum = ~folded(sum);
	return 0;
}

/* Makes of the packet at an offset of the frame the error about it. Afterwards the frame is room for an untagged Ethernet
 * header, and the error. Returns the length of its packet, or -1 when there is no room. */
__noinline int make_error6(struct xdp_md *ctx, __u32 offset, const struct error6 *error)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 at = offset & OFFSET_MASK;
	struct ipv6hdr *ip = data + at;
	__u32 quote, have = end - data;
	struct address6 to;

	if (!error || (void *)(ip + 1) > end)
		return -1;
	to = address6_of(&ip->saddr);
	quote = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	if (quote > QUOTE6_MAX)
		quote = QUOTE6_MAX;
	if (have > at + quote && bpf_xdp_adjust_tail(ctx, -(int)(have - at - quote)))
		return -1;
	if (bpf_xdp_adjust_head(ctx, (int)at - (int)(sizeof(struct ethhdr) + ERROR6_HEAD)))
		return -1;
	return write_error6(ctx, to, error, quote) ? -1 : (int)(ERROR6_HEAD + quote);
}

#endif
