/* IPv6 (RFC 8200): the fixed header, the walk over extension headers, and from an address to its subscriber. */
#ifndef SLUICE_IPV6_H
#define SLUICE_IPV6_H

#include <linux/ipv6.h>
#include "parse.h"

#define EXTENSIONS_MAX 8	/* nobody needs more; the packet of who has them is only forwarded */
#define UPPER_AT_SHIFT 8
#define UPPER_AT_MAX 0x7ff
#define UPPER_FRAGMENT (1 << 24)
#define UPPER_LATER (1 << 25)
#define NEXT_HOP_BY_HOP 0
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_ICMP6 58
#define NEXT_NONE 59
#define NEXT_OPTIONS 60
#define FRAGMENT_OFFSET_MASK 0xfff8

/* An address as two numbers in network order. */
struct address6 {
	__be64 high;
	__be64 low;
};

/* Any extension header but the fragment's, which has its length fixed at eight. */
struct extension {
	__u8 next;
	__u8 length;		/* in units of eight bytes, the first not counted */
	__be16 fragment;	/* of a fragment header: offset and flag */
	__u32 rest;
};

static __always_inline struct address6 address6_of(const struct in6_addr *address)
{
	struct address6 result;

	__builtin_memcpy(&result, address, sizeof(result));
	return result;
}

/* ff00::/8 */
static __always_inline int is_multicast6(struct address6 address)
{
	return (bpf_be64_to_cpu(address.high) >> 56) == 0xff;
}

/* fe80::/10 */
static __always_inline int is_link_local(struct address6 address)
{
	return (bpf_be64_to_cpu(address.high) >> 54) == 0x3fa;
}

static __always_inline int is_unspecified(struct address6 address)
{
	return !(address.high | address.low);
}

#define TRANSLATED 0x0064ff9b	/* 64:ff9b::/96 and 64:ff9b:1::/48: IPv4 behind NAT64 (RFC 6052, RFC 8215) */

/* ::/8 but for ::, which stands for no address, and for what NAT64 translates: loopback, IPv4 in disguise and what is
 * reserved (RFC 4291, 2.5) */
static __always_inline int is_martian6(struct address6 address)
{
	__u64 high = bpf_be64_to_cpu(address.high);

	return !(high >> 56) && high >> 32 != TRANSLATED && !is_unspecified(address);
}

/* Checks the fixed header. Returns 0 or the verdict. A length of zero would be a jumbogram (RFC 2675), which no link
 * here can carry. */
static __always_inline int check_ip6(struct ipv6hdr *ip, void *end)
{
	__u32 length;

	if ((void *)(ip + 1) > end)
		return VERDICT_TRUNCATED_IP;
	if (ip->version != 6)
		return VERDICT_BAD_IP_VERSION;
	length = bpf_ntohs(ip->payload_len);
	if (!length && ip->nexthdr != NEXT_NONE)
		return VERDICT_BAD_IP6_LENGTH;
	if (length > end - (void *)(ip + 1))
		return VERDICT_TRUNCATED_IP;
	return 0;
}

/* What the IPv6 packet at an offset of the frame carries: the protocol, where it begins (shifted by UPPER_AT_SHIFT), and
 * UPPER_FRAGMENT if there was a fragment header; or the negative verdict. Behind the header of a later fragment there
 * is no beginning: UPPER_LATER is set too, and the offset is that of its payload. */
__noinline int upper6(struct xdp_md *ctx, __u32 offset)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = data + (offset & OFFSET_MASK);
	__u32 at, stop, fragment = 0;
	__u8 next;

	if ((void *)(ip + 1) > end)
		return -VERDICT_TRUNCATED_IP;
	next = ip->nexthdr;
	at = (offset & OFFSET_MASK) + sizeof(*ip);
	stop = at + bpf_ntohs(ip->payload_len);
	for (int i = 0; i < EXTENSIONS_MAX && at <= UPPER_AT_MAX; i++) {
		struct extension *extension = data + at;

		if (next != NEXT_HOP_BY_HOP && next != NEXT_ROUTING && next != NEXT_FRAGMENT && next != NEXT_OPTIONS)
			return next | at << UPPER_AT_SHIFT | fragment;
		if (at + sizeof(*extension) > stop || (void *)(extension + 1) > end)
			return -VERDICT_BAD_IP6_EXTENSION;
		if (next == NEXT_FRAGMENT) {
			fragment = UPPER_FRAGMENT;
			at += sizeof(*extension);
			if (extension->fragment & bpf_htons(FRAGMENT_OFFSET_MASK))
				return extension->next | at << UPPER_AT_SHIFT | fragment | UPPER_LATER;
		} else {
			at += (extension->length + 1) * 8;
		}
		next = extension->next;
	}
	return -VERDICT_BAD_IP6_EXTENSION;
}

#endif
