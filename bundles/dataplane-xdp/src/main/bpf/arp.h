/* Answers ARP requests for the gateway addresses (RFC 826). Nothing is learnt from them, so nothing can be poisoned. */
#ifndef SLUICE_ARP_H
#define SLUICE_ARP_H

#include "subscriber.h"

#define ARP_ETHERNET 1
#define ARP_REQUEST 1
#define ARP_REPLY 2

struct arp_ipv4 {
	__be16 hardware;
	__be16 protocol;
	__u8 hardware_bytes;
	__u8 protocol_bytes;
	__be16 operation;
	__u8 sender_mac[6];
	__u8 sender[4];
	__u8 target_mac[6];
	__u8 target[4];
};

static __always_inline int answer_arp(struct xdp_md *ctx, struct frame *frame, struct settings *settings,
				      const __u8 *own_mac)
{
	struct arp_ipv4 *arp = frame->payload;
	__be32 target, sender;

	if ((void *)(arp + 1) > frame->end)
		return drop(VERDICT_TRUNCATED_ARP);
	if (arp->hardware != bpf_htons(ARP_ETHERNET) || arp->protocol != bpf_htons(ETH_P_IP) ||
	    arp->hardware_bytes != 6 || arp->protocol_bytes != 4 ||
	    !same_mac(arp->sender_mac, frame->ethernet->h_source))
		return drop(VERDICT_BAD_ARP);
	__builtin_memcpy(&target, arp->target, 4);
	__builtin_memcpy(&sender, arp->sender, 4);
	if (arp->operation != bpf_htons(ARP_REQUEST) || !is_gateway(settings, target) || sender == target)
		return drop(VERDICT_ARP_NOT_GATEWAY);

	__builtin_memcpy(frame->ethernet->h_dest, frame->ethernet->h_source, 6);
	__builtin_memcpy(frame->ethernet->h_source, own_mac, 6);
	arp->operation = bpf_htons(ARP_REPLY);
	__builtin_memcpy(arp->target_mac, arp->sender_mac, 6);
	__builtin_memcpy(arp->target, &sender, 4);
	__builtin_memcpy(arp->sender_mac, own_mac, 6);
	__builtin_memcpy(arp->sender, &target, 4);
	count(VERDICT_ARP_ANSWERED);
	return bpf_redirect(ctx->ingress_ifindex, 0);
}

#endif
