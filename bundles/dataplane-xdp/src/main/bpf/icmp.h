/* Answers a subscriber's ICMP echo to its gateway (RFC 792; RFC 1812, 4.3.3.6). */
#ifndef SLUICE_ICMP_H
#define SLUICE_ICMP_H

#include "parse.h"

#define ECHO_TTL 64
#define ICMP_ECHO 8
#define ICMP_ECHO_REPLY 0

struct icmp_echo {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 id;
	__be16 sequence;
};

static __always_inline int answer_echo(struct xdp_md *ctx, struct frame *frame, struct iphdr *ip, const __u8 *own_mac)
{
	struct icmp_echo *icmp = (void *)(ip + 1);
	__be32 source = ip->saddr;
	__u32 sum;

	if (ip->ihl != 5 || (ip->frag_off & bpf_htons(FRAGMENT_MASK)) || ip->protocol != IPPROTO_ICMP)
		return drop(VERDICT_TO_GATEWAY);
	if ((void *)(icmp + 1) > frame->end || bpf_ntohs(ip->tot_len) < sizeof(*ip) + sizeof(*icmp))
		return drop(VERDICT_TRUNCATED_ICMP);
	if (icmp->type != ICMP_ECHO || icmp->code != 0)
		return drop(VERDICT_TO_GATEWAY);

	__builtin_memcpy(frame->ethernet->h_dest, frame->ethernet->h_source, 6);
	__builtin_memcpy(frame->ethernet->h_source, own_mac, 6);
	ip->saddr = ip->daddr;
	ip->daddr = source;
	/* the addresses changed places, which leaves the sum; only the TTL counts (RFC 1624, 3) */
	sum = (__u16)~ip->check + (__u16)~bpf_htons(ip->ttl << 8) + bpf_htons(ECHO_TTL << 8);
	ip->check = ~folded(sum);
	ip->ttl = ECHO_TTL;
	icmp->type = ICMP_ECHO_REPLY;
	sum = (__u16)~icmp->checksum + (__u16)~bpf_htons(ICMP_ECHO << 8);
	icmp->checksum = ~folded(sum);
	count(VERDICT_ECHO_ANSWERED);
	return bpf_redirect(ctx->ingress_ifindex, 0);
}

#endif
