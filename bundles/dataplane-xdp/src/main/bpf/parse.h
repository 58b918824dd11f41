/* From the first byte of a frame to its IPv4 header. Nothing is believed that was not measured. */
#ifndef SLUICE_PARSE_H
#define SLUICE_PARSE_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include "layout.h"

#define TAG_BYTES 4
#define VID_MASK 0x0fff
#define FRAGMENT_MASK 0x3fff	/* more fragments, or an offset */
#define OFFSET_MASK 0xff
#define LEAST_PAYLOAD 46	/* shorter Ethernet payloads are padded */
#define PLAIN_IP 0x45		/* version 4 and no options */

struct tag {
	__be16 tci;
	__be16 protocol;
};

/* A frame up to its layer 3: which tags it had and where the rest begins. */
struct frame {
	struct ethhdr *ethernet;
	void *payload;
	void *end;
	__u32 tags_bytes;
	__u32 overhead;		/* bytes between the Ethernet header and `payload`: tags, then PPPoE if it has a session */
	__be16 pppoe_session;	/* 0: IPoE */
	__be16 outer_tpid;
	__be16 outer_tci;
	__be16 inner_tpid;
	__be16 inner_tci;
	__be16 protocol;
};

static __always_inline int is_tpid(__be16 protocol)
{
	return protocol == bpf_htons(ETH_P_8021Q) || protocol == bpf_htons(ETH_P_8021AD) ||
	       protocol == bpf_htons(ETH_P_QINQ1);
}

static __always_inline int same_vlan(__be16 tci, __be16 other)
{
	return !((tci ^ other) & bpf_htons(VID_MASK));
}

/* Reads Ethernet and at most two tags (IEEE 802.1Q, 9.3). Returns 0 or the verdict of a bad frame. */
static __always_inline int parse_ethernet(struct xdp_md *ctx, struct frame *frame)
{
	void *start = (void *)(long)ctx->data;
	struct tag *tag;

	frame->end = (void *)(long)ctx->data_end;
	frame->ethernet = start;
	if (start + sizeof(struct ethhdr) > frame->end)
		return VERDICT_TRUNCATED_ETHERNET;
	if (frame->ethernet->h_source[0] & 1)
		return VERDICT_BAD_SOURCE_MAC;
	frame->protocol = frame->ethernet->h_proto;
	frame->payload = start + sizeof(struct ethhdr);
	frame->tags_bytes = frame->overhead = 0;
	frame->pppoe_session = 0;
	frame->outer_tpid = frame->outer_tci = frame->inner_tpid = frame->inner_tci = 0;
	if (!is_tpid(frame->protocol))
		return 0;

	tag = frame->payload;
	if ((void *)(tag + 1) > frame->end)
		return VERDICT_TRUNCATED_VLAN;
	frame->outer_tpid = frame->protocol;
	frame->outer_tci = tag->tci;
	frame->protocol = tag->protocol;
	frame->payload = tag + 1;
	frame->tags_bytes = frame->overhead = TAG_BYTES;
	if (frame->protocol == bpf_htons(ETH_P_8021Q)) {
		tag = frame->payload;
		if ((void *)(tag + 1) > frame->end)
			return VERDICT_TRUNCATED_VLAN;
		frame->inner_tpid = frame->protocol;
		frame->inner_tci = tag->tci;
		frame->protocol = tag->protocol;
		frame->payload = tag + 1;
		frame->tags_bytes = frame->overhead = 2 * TAG_BYTES;
	}
	return is_tpid(frame->protocol) ? VERDICT_BAD_VLAN_STACK : 0;
}

/* A tag without a VLAN only says how urgent a frame is (IEEE 802.1Q, 6.9.1). */
static __always_inline int names_no_vlan(__be16 tpid, __be16 tci)
{
	return tpid && !(tci & bpf_htons(VID_MASK));
}

/* Takes a tag off: the outer one, or the one behind it. Returns 0, or -1. After it no packet pointer is good. */
__noinline int take_tag_off(struct xdp_md *ctx, int inner)
{
	__u32 *head = (void *)(long)ctx->data;	/* two addresses, and the outer tag */
	__u32 first, second, third, tag;

	if ((void *)(head + 4) > (void *)(long)ctx->data_end)
		return -1;
	first = head[0];
	second = head[1];
	third = head[2];
	tag = head[3];
	if (bpf_xdp_adjust_head(ctx, TAG_BYTES))
		return -1;
	head = (void *)(long)ctx->data;
	if ((void *)(head + 3) > (void *)(long)ctx->data_end)
		return -1;
	head[0] = first;
	head[1] = second;
	head[2] = third;
	if (!inner)
		return 0;
	if ((void *)(head + 4) > (void *)(long)ctx->data_end)
		return -1;
	head[3] = tag;
	return 0;
}

/* Reads Ethernet as parse_ethernet does, and takes tags off that name no VLAN, wherever they stand: the line is that of
 * the tags that do. */
static __always_inline int parse_line(struct xdp_md *ctx, struct frame *frame)
{
	int verdict = parse_ethernet(ctx, frame);

	for (int i = 0; i < 2 && !verdict; i++) {
		int outer = names_no_vlan(frame->outer_tpid, frame->outer_tci);

		if (!outer && !names_no_vlan(frame->inner_tpid, frame->inner_tci))
			break;
		verdict = take_tag_off(ctx, !outer) ? VERDICT_NO_HEADROOM : parse_ethernet(ctx, frame);
	}
	return verdict;
}

static __always_inline __u16 folded(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* Checks the IPv4 header at an offset (RFC 791, 3.1; RFC 1812, 5.2.2), checksum too. Returns 0 or the verdict. Global, as
 * all functions with loops are: the verifier proves it once and not on every path to it. */
__noinline int check_ip(struct xdp_md *ctx, __u32 offset)
{
	void *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = (void *)(long)ctx->data + (offset & OFFSET_MASK);
	__u16 *word = (__u16 *)ip;
	__u32 sum = 0, header, length;

	if ((void *)(ip + 1) > end)
		return VERDICT_TRUNCATED_IP;
	if (ip->version != 4)
		return VERDICT_BAD_IP_VERSION;
	header = ip->ihl * 4;
	if (header < sizeof(*ip))
		return VERDICT_BAD_IP_HEADER_LENGTH;
	length = bpf_ntohs(ip->tot_len);
	if (length < header)
		return VERDICT_BAD_IP_TOTAL_LENGTH;
	if (length > end - (void *)ip)
		return VERDICT_TRUNCATED_IP;
	for (__u32 i = 0; i < 60; i += 2, word++) {
		if (i >= header)
			break;
		asm volatile("" : "+r"(word));	/* else the compiler compares counts, not addresses */
		if ((void *)(word + 1) > end)
			return VERDICT_TRUNCATED_IP;
		sum += *word;
	}
	return folded(sum) == 0xffff ? 0 : VERDICT_BAD_IP_CHECKSUM;
}

/* As check_ip, and quick where there are no options. The caller has seen that 20 bytes are there. */
static __always_inline int check_plain_ip(struct xdp_md *ctx, struct iphdr *ip, void *end, __u32 offset)
{
	const __u32 *word = (const __u32 *)ip;
	__u32 length = bpf_ntohs(ip->tot_len);
	__u64 sum;

	if (*(__u8 *)ip != PLAIN_IP)
		return check_ip(ctx, offset);
	if (length < sizeof(*ip))
		return VERDICT_BAD_IP_TOTAL_LENGTH;
	if (length > end - (void *)ip)
		return VERDICT_TRUNCATED_IP;
	sum = (__u64)word[0] + word[1] + word[2] + word[3] + word[4];
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return folded(sum) == 0xffff ? 0 : VERDICT_BAD_IP_CHECKSUM;
}

/* One hop less, the checksum kept right (RFC 1624). */
static __always_inline void lower_ttl(struct iphdr *ip)
{
	__u32 sum = ip->check + bpf_htons(0x0100);

	ip->check = (__u16)(sum + (sum >= 0xffff));
	ip->ttl--;
}

/* Sets the DSCP and leaves ECN (RFC 2474, 3; RFC 3168, 5). */
static __always_inline void mark(struct iphdr *ip, __u8 dscp)
{
	__u8 tos = dscp << 2 | (ip->tos & 3);
	__u32 sum = (__u16)~ip->check + (__u16)~bpf_htons(ip->tos) + bpf_htons(tos);

	ip->check = ~folded(sum);
	ip->tos = tos;
}

/* By halves: a copy of bytes of unknown alignment would be made one by one. */
static __always_inline void copy_mac(void *to, const void *from)
{
	*(__u32 *)to = *(const __u32 *)from;
	*(__u16 *)(to + 4) = *(const __u16 *)(from + 4);
}

static __always_inline int same_mac(const __u8 *a, const __u8 *b)
{
	return *(const __u32 *)a == *(const __u32 *)b && *(const __u16 *)(a + 4) == *(const __u16 *)(b + 4);
}

static __always_inline int is_broadcast(const __u8 *mac)
{
	const __u16 *x = (const __u16 *)mac;

	return (x[0] & x[1] & x[2]) == 0xffff;
}

/* Cuts what follows the IP packet, beyond Ethernet's own padding: it would travel unpoliced and uncounted. After it
 * no packet pointer is good. */
static __always_inline int cut_trailer(struct xdp_md *ctx, void *ip, void *end, __u32 length)
{
	__u32 keep = length < LEAST_PAYLOAD ? LEAST_PAYLOAD : length;
	__u32 have = end - ip;

	return have > keep ? bpf_xdp_adjust_tail(ctx, -(int)(have - keep)) : 0;
}

#endif
