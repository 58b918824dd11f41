/* What the hosts of a link say to the gateway and to each other: neighbour discovery (RFC 4861), multicast listeners
 * (RFC 2710, 3810), DHCPv6 (RFC 8415), echo. It goes to Java as it came, and nothing here is forwarded: a link-local
 * address means nothing on another link (RFC 4007, 9). */
#ifndef SLUICE_ND_H
#define SLUICE_ND_H

#include "guard.h"
#include "ipv6.h"

#define DHCP6_SERVER_PORT 547
#define ICMP6_ECHO_REQUEST 128
#define MLD_REPORT 131
#define MLD_DONE 132
#define ROUTER_SOLICITATION 133
#define ROUTER_ADVERTISEMENT 134
#define NEIGHBOUR_SOLICITATION 135
#define NEIGHBOUR_ADVERTISEMENT 136
#define REDIRECT 137
#define MLD2_REPORT 143
#define ND_HOP_LIMIT 255	/* so that it cannot have come through a router (RFC 4861, 3.1) */
#define MLD_HOP_LIMIT 1

struct icmp6 {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be32 value;		/* MTU, identifier and sequence, reserved */
};

/* The class of an ICMPv6 message that goes to Java, or the negative verdict. Router advertisements and redirects come
 * from routers, which subscribers are not. */
static __always_inline int icmp6_class(const struct icmp6 *icmp, __u8 hop_limit)
{
	switch (icmp->type) {
	case ROUTER_SOLICITATION:
	case NEIGHBOUR_SOLICITATION:
	case NEIGHBOUR_ADVERTISEMENT:
		return hop_limit == ND_HOP_LIMIT && !icmp->code ? PUNT_ND : -VERDICT_BAD_ND;
	case MLD_REPORT:
	case MLD_DONE:
	case MLD2_REPORT:
		return hop_limit == MLD_HOP_LIMIT ? PUNT_ND : -VERDICT_BAD_ND;
	case ROUTER_ADVERTISEMENT:
	case REDIRECT:
		return -VERDICT_ROGUE_ND;
	case ICMP6_ECHO_REQUEST:
		return icmp->code ? -VERDICT_LINK_LOCAL : PUNT_OTHER;
	default:
		return -VERDICT_LINK_LOCAL;
	}
}

/* The class of a packet of the link that goes to Java, or the negative verdict. Fragments do not: RFC 6980 forbids them
 * for ND, and the rest fits into one packet. */
__noinline int link_class(struct xdp_md *ctx, __u32 offset)
{
	int upper = upper6(ctx, offset);
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = data + (offset & OFFSET_MASK);
	__u32 at, stop;
	void *message;

	if (upper < 0)
		return upper;
	if ((void *)(ip + 1) > end)
		return -VERDICT_TRUNCATED_IP;
	if (upper & UPPER_FRAGMENT)
		return -VERDICT_LINK_LOCAL;
	at = upper >> UPPER_AT_SHIFT & UPPER_AT_MAX;
	stop = (offset & OFFSET_MASK) + sizeof(*ip) + bpf_ntohs(ip->payload_len);
	message = data + at;
	if ((upper & 0xff) == NEXT_ICMP6) {
		if (message + sizeof(struct icmp6) > end || at + sizeof(struct icmp6) > stop)
			return -VERDICT_TRUNCATED_ICMP;
		return icmp6_class(message, ip->hop_limit);
	}
	if ((upper & 0xff) == IPPROTO_UDP) {
		struct udphdr *udp = message;

		if (message + sizeof(*udp) > end || at + sizeof(*udp) > stop)
			return -VERDICT_TRUNCATED_UDP;
		return udp->dest == bpf_htons(DHCP6_SERVER_PORT) ? PUNT_DHCP : -VERDICT_LINK_LOCAL;
	}
	return -VERDICT_LINK_LOCAL;
}

#endif
