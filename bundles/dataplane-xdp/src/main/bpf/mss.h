/* Keeps TCP segments below what the path to the subscriber carries: lowers the offer in a SYN (RFC 9293, 3.7.1). */
#ifndef SLUICE_MSS_H
#define SLUICE_MSS_H

#include <linux/tcp.h>
#include "parse.h"

#define TCP_OPTION_MSS 2
#define TCP_OPTION_MSS_BYTES 4
#define TCP_HEADER_MAX 60
#define TCP_OPTIONS_MAX 37	/* no-operations, then the segment size */
#define TCP_OFFSET_MASK 0x1ff

/* One checksum word replaced by another (RFC 1624, 3), both as they lie in memory. */
static __always_inline void replace_word(__u16 *check, __u16 old, __u16 new)
{
	__u32 sum = (__u16)~*check + (__u16)~old + new;

	*check = ~folded(sum);
}

/* The distance to the next option: 1 after a no-operation, else what its length says, 0 if that is too short. Without a
 * branch, or the verifier walks every way through forty bytes. */
static __always_inline __u32 option_step(__u8 kind, __u8 length)
{
	__u64 no_operation = ((__u64)(kind ^ 1) - 1) >> 63;
	__u64 too_short = ((__u64)length - 2) >> 63;
	__u64 step = no_operation | (length & (no_operation - 1) & (too_short - 1));

	asm volatile("" : "+r"(step));
	return step;
}

/* Writes a smaller segment size into the option at a distance from the TCP header. */
static __always_inline void lower_mss(struct tcphdr *tcp, __u8 *option, __u32 at, __u32 most)
{
	__u16 size = option[2] << 8 | option[3];

	if (size <= most)
		return;
	option[2] = most >> 8;
	option[3] = most;
	/* at an odd place the bytes count in neighbouring words: the same, turned round */
	replace_word(&tcp->check, at & 1 ? size : bpf_htons(size), at & 1 ? most : bpf_htons(most));
}

/* Lowers the segment size that the TCP header at an offset offers. Options that make no sense end the search. */
__noinline int clamp_mss(struct xdp_md *ctx, __u32 offset, __u32 most)
{
	void *end = (void *)(long)ctx->data_end;
	struct tcphdr *tcp = (void *)(long)ctx->data + (offset & TCP_OFFSET_MASK);
	__u32 header, at = sizeof(*tcp), step;

	if ((void *)(tcp + 1) > end || !tcp->syn)
		return 0;
	header = tcp->doff * 4;
	for (int i = 0; i < TCP_OPTIONS_MAX; i++) {
		__u8 *option = (void *)tcp + at;

		if (at + TCP_OPTION_MSS_BYTES > header || at > TCP_HEADER_MAX - TCP_OPTION_MSS_BYTES)
			return 0;
		asm volatile("" : "+r"(option));
		if ((void *)option + TCP_OPTION_MSS_BYTES > end)
			return 0;
		if (*(__u16 *)option == bpf_htons(TCP_OPTION_MSS << 8 | TCP_OPTION_MSS_BYTES)) {
			lower_mss(tcp, option, at, most);
			return 1;
		}
		step = option_step(option[0], option[1]);
		if (!option[0] || !step)
			return 0;
		at += step;
	}
	return 0;
}

/* Spares all other segments the call. */
static __always_inline int is_syn(struct xdp_md *ctx, const void *at)
{
	const struct tcphdr *tcp = at;

	return (const void *)(tcp + 1) <= (const void *)(long)ctx->data_end && tcp->syn;
}

/* The same for an unfragmented IPv4 packet; a later fragment has no TCP header. */
static __always_inline void clamp_mss4(struct xdp_md *ctx, struct iphdr *ip, __u32 offset, __u32 most)
{
	if (most && ip->protocol == IPPROTO_TCP && !(ip->frag_off & bpf_htons(0x1fff)) &&
	    is_syn(ctx, (void *)ip + ip->ihl * 4))
		clamp_mss(ctx, offset + ip->ihl * 4, most);
}

#endif
