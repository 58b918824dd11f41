/* Tells the sender of a packet why it was dropped (RFC 792, RFC 1191; RFC 1812, 4.3.2). */
#ifndef SLUICE_ICMP_ERROR_H
#define SLUICE_ICMP_ERROR_H

#include "police.h"
#include "subscriber.h"

#define ERROR_TTL 64
#define ERROR_TOS 0xc0		/* internetwork control (RFC 1812, 4.3.2.5) */
#define ERROR_HEAD (sizeof(struct iphdr) + 8)
#define ERROR_QUOTE_MAX 68	/* the largest IP header and 8 bytes more */
#define ERROR_BUCKETS 256	/* senders share one by their address */
#define ERROR_NANOSECONDS 10000000ULL	/* from one error to the next, on the long run */
#define ERROR_BURST 20
#define ICMP_UNREACHABLE 3
#define ICMP_REDIRECT_TYPE 5
#define ICMP_QUENCH 4
#define ICMP_EXCEEDED 11
#define ICMP_PARAMETER 12
#define FRAGMENTATION_NEEDED 4

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ERROR_BUCKETS);
	__type(key, __u32);
	__type(value, __u64);
} error_times SEC(".maps");

/* Says whether a sender may hear of another error, and if so takes it from its bucket. */
__noinline int may_hear(__u32 sender)
{
	__u32 bucket = sender * PHI >> 24 & (ERROR_BUCKETS - 1);
	__u64 *time = bpf_map_lookup_elem(&error_times, &bucket);
	__u64 now = bpf_ktime_get_ns(), tat, next;

	if (!time)
		return 0;
	tat = *(volatile __u64 *)time;
	next = (tat > now ? tat : now) + ERROR_NANOSECONDS;
	return next <= now + ERROR_BURST * ERROR_NANOSECONDS && __sync_val_compare_and_swap(time, tat, next) == tat;
}

static __always_inline int is_icmp_error(__u8 type)
{
	return type == ICMP_UNREACHABLE || type == ICMP_QUENCH || type == ICMP_REDIRECT_TYPE ||
	       type == ICMP_EXCEEDED || type == ICMP_PARAMETER;
}

/* 0/8, 127/8, 224/4 and above: nobody's destination (RFC 1812, 5.3.7) */
static __always_inline int is_martian(__be32 address)
{
	__u32 first = bpf_ntohl(address) >> 24;

	return first == 0 || first == 127 || first >= 224;
}

/* Says how many bytes of the packet at an offset an error quotes; 0 if its sender must not be told (RFC 1812, 4.3.2.7). */
__noinline int quote_of(struct xdp_md *ctx, __u32 offset)
{
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = (void *)(long)ctx->data + (offset & OFFSET_MASK);
	__u32 header, length;
	__u8 *type;

	if ((void *)(ip + 1) > end)
		return 0;
	header = ip->ihl * 4;
	length = bpf_ntohs(ip->tot_len);
	type = (void *)ip + header;
	if ((ip->frag_off & bpf_htons(0x1fff)) || is_martian(ip->saddr) || is_martian(ip->daddr))
		return 0;
	if (ip->protocol == IPPROTO_ICMP && ((void *)(type + 1) > end || is_icmp_error(*type)))
		return 0;
	length = length < header + 8 ? length : header + 8;
	return length & ~1U;
}

/* The sum of the words of the ICMP message at an offset (RFC 1071). */
__noinline int icmp_sum(struct xdp_md *ctx, __u32 offset, __u32 length)
{
	void *end = (void *)(long)ctx->data_end;
	__u16 *word = (void *)(long)ctx->data + (offset & OFFSET_MASK);
	__u32 sum = 0;

	for (__u32 i = 0; i < 8 + ERROR_QUOTE_MAX; i += 2, word++) {
		if (i >= length)
			break;
		asm volatile("" : "+r"(word));
		if ((void *)(word + 1) > end)
			break;
		sum += *word;
	}
	return folded(sum);
}

/* Makes an error out of the packet at an offset: room for an Ethernet header, IP, ICMP, and what is quoted.
 * `word` is the type and code in its high half, and what an MTU puts into the low one. Returns its length, or 0. */
__noinline int make_error(struct xdp_md *ctx, __u32 offset, __be32 gateway, __u32 word)
{
	const __u32 head = sizeof(struct ethhdr) + ERROR_HEAD;
	__u32 quote = quote_of(ctx, offset);
	__be32 sender;
	struct iphdr *ip = (void *)(long)ctx->data + (offset & OFFSET_MASK);
	__u16 *icmp;
	__u64 have;
	int surplus;

	if (quote < sizeof(*ip) || quote > ERROR_QUOTE_MAX || (void *)(ip + 1) > (void *)(long)ctx->data_end)
		return 0;
	sender = ip->saddr;
	if (!gateway || !may_hear(sender) || bpf_xdp_adjust_head(ctx, (int)offset - (int)head))
		return 0;
	have = (void *)(long)ctx->data_end - (void *)(long)ctx->data;
	asm volatile("" : "+r"(have));	/* else the compiler subtracts from half a pointer */
	surplus = (int)have - (int)(head + quote);
	if (surplus < 0 || (surplus && bpf_xdp_adjust_tail(ctx, -surplus)))
		return 0;
	ip = (void *)(long)ctx->data + sizeof(struct ethhdr);
	icmp = (void *)(ip + 1);
	if ((void *)icmp + 8 > (void *)(long)ctx->data_end)
		return 0;
	*(__be32 *)ip = bpf_htonl(PLAIN_IP << 24 | ERROR_TOS << 16 | (__u32)(ERROR_HEAD + quote));
	*((__be32 *)ip + 1) = 0;
	*((__be32 *)ip + 2) = bpf_htonl(ERROR_TTL << 24 | IPPROTO_ICMP << 16);
	ip->saddr = gateway;
	ip->daddr = sender;
	ip->check = ~icmp_sum(ctx, sizeof(struct ethhdr), sizeof(*ip));
	icmp[0] = bpf_htons(word >> 16);
	icmp[1] = 0;
	icmp[2] = 0;
	icmp[3] = bpf_htons(word);
	icmp[1] = ~icmp_sum(ctx, sizeof(struct ethhdr) + sizeof(*ip), 8 + quote);
	return ERROR_HEAD + quote;
}

/* The address of the gateway where a subscriber's address is; any of ours where it is in no network. */
static __always_inline __be32 gateway_of(struct settings *settings, __be32 subscriber)
{
	int network = network_of(settings, bpf_ntohl(subscriber));

	return settings->networks[network < 0 ? 0 : network & (NETWORKS_MAX - 1)].gateway;
}

#endif
