/* VLAN tags without VLAN devices: on an access interface they come off when a frame arrives and go on when it leaves, and
 * are its mark between the two. The rules of nftables know subscribers by them. No maps: the same mark is the same line
 * whatever is installed. The layout is that of LineMark.java:
 *
 * 31 tagged | 30 fixed priority | 29..27 priority | 25 service tag | 24 two tags | 23..12 outer VLAN | 11..0 inner VLAN */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TAGGED (1u << 31)
#define FIXED_PRIORITY (1u << 30)
#define PRIORITY_SHIFT 27
#define SERVICE_TAG (1u << 25)
#define TWO_TAGS (1u << 24)
#define OUTER_SHIFT 12
#define VID_MASK 0xfff
#define TAGS_MAX 2
#define PRIORITY_MASK 7
#define TCI_PRIORITY_SHIFT 13

/* The kernel has taken the outer tag aside already; taking it away takes the next one aside. A tag with VID 0 only says
 * how urgent a frame is (IEEE 802.1Q, 6.9.1): it is not of the line. */
SEC("classifier/off")
int tags_off(struct __sk_buff *skb)
{
	__u32 mark = 0;

	for (int i = 0; i < TAGS_MAX && skb->vlan_present; i++) {
		__u32 vid = skb->vlan_tci & VID_MASK;
		__u32 protocol = skb->vlan_proto;

		if ((i && protocol != bpf_htons(ETH_P_8021Q)) || bpf_skb_vlan_pop(skb))
			return TC_ACT_SHOT;
		if (!vid)
			continue;
		if (mark)
			mark |= TWO_TAGS | vid;
		else
			mark = TAGGED | (protocol == bpf_htons(ETH_P_8021AD) ? SERVICE_TAG : 0) | vid << OUTER_SHIFT;
	}
	if (skb->vlan_present)
		return TC_ACT_SHOT;
	skb->mark = mark;
	return TC_ACT_UNSPEC;
}

/* The three high bits of the DSCP (RFC 2474, 4.2.2). */
static __always_inline __u32 priority_of(struct __sk_buff *skb)
{
	__u8 start[2];

	if (bpf_skb_load_bytes(skb, ETH_HLEN, start, sizeof(start)))
		return 0;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return start[1] >> 5;
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return (start[0] & 0xf) >> 1;
	return 0;
}

SEC("classifier/on")
int tags_on(struct __sk_buff *skb)
{
	__u32 mark = skb->mark;
	__u32 priority;

	if (!(mark & TAGGED))
		return TC_ACT_UNSPEC;
	priority = mark & FIXED_PRIORITY ? mark >> PRIORITY_SHIFT & PRIORITY_MASK : priority_of(skb);
	priority <<= TCI_PRIORITY_SHIFT;
	skb->mark = 0;
	if (mark & TWO_TAGS && bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), priority | (mark & VID_MASK)))
		return TC_ACT_SHOT;
	if (bpf_skb_vlan_push(skb, bpf_htons(mark & SERVICE_TAG ? ETH_P_8021AD : ETH_P_8021Q),
			      priority | (mark >> OUTER_SHIFT & VID_MASK)))
		return TC_ACT_SHOT;
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
