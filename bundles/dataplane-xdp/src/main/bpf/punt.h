/* Gives a whole frame, tags and all, to Java. Only guard.h calls it: nothing is punted without a limit. */
#ifndef SLUICE_PUNT_H
#define SLUICE_PUNT_H

#include "parse.h"

#define DHCP_SERVER_PORT 67

/* A socket waits at port * QUEUES_MAX + queue; without one the kernel, or a packet socket there, gets the frame. */
static __always_inline int hand_over(struct xdp_md *ctx, __u32 port)
{
	__u32 queue = ctx->rx_queue_index;
	int action = XDP_PASS;

	if (queue < QUEUES_MAX)
		action = bpf_redirect_map(&sockets, port * QUEUES_MAX + queue, XDP_PASS);
	count(action == XDP_REDIRECT ? VERDICT_PUNTED : VERDICT_PUNT_UNHEARD);
	return action;
}

/* Says whether an unfragmented datagram goes to the DHCP server port: 1, 0, or the negative verdict of a bad one. */
static __always_inline int is_dhcp(struct iphdr *ip, void *end)
{
	struct udphdr *udp = (void *)ip + ip->ihl * 4;
	__u32 header = ip->ihl * 4;

	if (ip->protocol != IPPROTO_UDP || (ip->frag_off & bpf_htons(FRAGMENT_MASK)))
		return 0;
	if ((void *)(udp + 1) > end || bpf_ntohs(ip->tot_len) < header + sizeof(*udp))
		return -VERDICT_TRUNCATED_UDP;
	return udp->dest == bpf_htons(DHCP_SERVER_PORT);
}

#endif
