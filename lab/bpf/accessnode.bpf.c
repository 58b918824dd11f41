// SPDX-License-Identifier: GPL-2.0
//
// A Q-in-Q access node. A frame from a port leaves on the trunk with the port's two tags:
//
//      trunk:  | dst | src | 88a8 S-VLAN | 8100 C-VLAN | type | payload |
//      port:   | dst | src | type | payload |
//
// A tagged port is another access node's uplink: its frames have their tags already and keep them both ways.
//
// DHCP from a port is not forwarded here: the snooping agent has seen it, inserts option 82 and sends it on
// (TR-101, 3.8). Frames which a gateway does not count as a subscriber's traffic (ARP, DHCP, what a device that is
// between two clients says of DHCP, anything but IPv4) are counted per port, so that the subscriber's own interface
// counters can be compared with the gateway's.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/pkt_cls.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define VLAN_MASK 0x0fff
#define DHCP_SERVER_PORT 67
#define IP_PROTOCOL_OFFSET (ETH_HLEN + 9)
#define ICMP_UNREACHABLE 3
#define ICMP_HEADER 8

struct control {
	__u64 up_frames;
	__u64 up_bytes;
	__u64 down_frames;
	__u64 down_bytes;
};

// port's ifindex -> S-VLAN << 16 | C-VLAN
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u32);
} tags_of SEC(".maps");

// S-VLAN << 16 | C-VLAN -> port's ifindex
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u32);
} port_of SEC(".maps");

// port's ifindex -> frames that are no subscriber traffic
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct control);
} control_of SEC(".maps");

// ifindex of a tagged port -> whether its cable is in
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} tagged SEC(".maps");

// 0 -> ifindex of the trunk
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} trunk SEC(".maps");

static __always_inline int udp_port_is(struct __sk_buff *skb, int offset, __u16 port)
{
	__u8 first = 0, protocol = 0;
	__u16 seen = 0;

	bpf_skb_load_bytes(skb, ETH_HLEN, &first, sizeof(first));
	bpf_skb_load_bytes(skb, IP_PROTOCOL_OFFSET, &protocol, sizeof(protocol));
	if (protocol != IPPROTO_UDP)
		return 0;
	bpf_skb_load_bytes(skb, ETH_HLEN + (first & 0x0f) * 4 + offset, &seen, sizeof(seen));
	return seen == bpf_htons(port);
}

// An ICMP error about a datagram of the DHCP server: it is for the gateway, which has it from nobody's counter.
static __always_inline int refuses_dhcp(struct __sk_buff *skb)
{
	__u8 first = 0, protocol = 0, type = 0, quoted = 0;
	int icmp, port;
	__u16 seen = 0;

	bpf_skb_load_bytes(skb, ETH_HLEN, &first, sizeof(first));
	bpf_skb_load_bytes(skb, IP_PROTOCOL_OFFSET, &protocol, sizeof(protocol));
	icmp = ETH_HLEN + (first & 0x0f) * 4;
	bpf_skb_load_bytes(skb, icmp, &type, sizeof(type));
	if (protocol != IPPROTO_ICMP || type != ICMP_UNREACHABLE)
		return 0;
	bpf_skb_load_bytes(skb, icmp + ICMP_HEADER, &quoted, sizeof(quoted));
	port = icmp + ICMP_HEADER + (quoted & 0x0f) * 4;
	bpf_skb_load_bytes(skb, port, &seen, sizeof(seen));
	return seen == bpf_htons(DHCP_SERVER_PORT);
}

static __always_inline int is_ipv4(struct __sk_buff *skb)
{
	__u16 type = 0;

	bpf_skb_load_bytes(skb, offsetof(struct ethhdr, h_proto), &type, sizeof(type));
	return type == bpf_htons(ETH_P_IP);
}

SEC("tc")
int from_port(struct __sk_buff *skb)
{
	__u32 port = skb->ingress_ifindex, zero = 0;
	__u32 *tags = bpf_map_lookup_elem(&tags_of, &port);
	__u32 *out = bpf_map_lookup_elem(&trunk, &zero);
	struct control *control = bpf_map_lookup_elem(&control_of, &port);
	int ipv4 = is_ipv4(skb);
	int dhcp = ipv4 && udp_port_is(skb, 2, DHCP_SERVER_PORT);

	if (!tags || !out || !control)
		return TC_ACT_SHOT;
	if (!ipv4 || dhcp || refuses_dhcp(skb)) {
		__sync_fetch_and_add(&control->up_frames, 1);
		__sync_fetch_and_add(&control->up_bytes, skb->len);
	}
	if (dhcp)
		return TC_ACT_SHOT;
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), *tags & VLAN_MASK) ||
	    bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021AD), *tags >> 16))
		return TC_ACT_SHOT;
	return bpf_redirect(*out, 0);
}

SEC("tc")
int from_tagged_port(struct __sk_buff *skb)
{
	__u32 port = skb->ingress_ifindex, zero = 0;
	__u32 *out = bpf_map_lookup_elem(&trunk, &zero);
	__u32 *connected = bpf_map_lookup_elem(&tagged, &port);

	if (!out || !connected || !*connected)
		return TC_ACT_SHOT;
	return bpf_redirect(*out, 0);
}

// Where a frame goes that keeps its tags, whose outer one is beside it and whose inner one it begins with; 0 when its
// tags are not of a tagged port.
static __always_inline __u32 tagged_port_of(struct __sk_buff *skb)
{
	__u16 inner[2] = {};
	__u32 tags, *port;

	bpf_skb_load_bytes(skb, offsetof(struct ethhdr, h_proto), inner, sizeof(inner));
	if (inner[0] != bpf_htons(ETH_P_8021Q))
		return 0;
	tags = (skb->vlan_tci & VLAN_MASK) << 16 | (bpf_ntohs(inner[1]) & VLAN_MASK);
	port = bpf_map_lookup_elem(&port_of, &tags);
	return port && bpf_map_lookup_elem(&tagged, port) ? *port : 0;
}

SEC("tc")
int from_trunk(struct __sk_buff *skb)
{
	__u32 uplink, tags, *port, *connected;
	struct control *control;

	if (!skb->vlan_present || skb->vlan_proto != bpf_htons(ETH_P_8021AD))
		return TC_ACT_SHOT;
	uplink = tagged_port_of(skb);
	if (uplink) {
		connected = bpf_map_lookup_elem(&tagged, &uplink);
		return connected && *connected ? bpf_redirect(uplink, 0) : TC_ACT_SHOT;
	}
	tags = (skb->vlan_tci & VLAN_MASK) << 16;
	if (bpf_skb_vlan_pop(skb))
		return TC_ACT_SHOT;
	if (!skb->vlan_present || skb->vlan_proto != bpf_htons(ETH_P_8021Q))
		return TC_ACT_SHOT;
	tags |= skb->vlan_tci & VLAN_MASK;
	if (bpf_skb_vlan_pop(skb))
		return TC_ACT_SHOT;
	port = bpf_map_lookup_elem(&port_of, &tags);
	if (!port)
		return TC_ACT_SHOT;
	control = bpf_map_lookup_elem(&control_of, port);
	if (!control)
		return TC_ACT_SHOT;
	if (!is_ipv4(skb) || udp_port_is(skb, 0, DHCP_SERVER_PORT)) {
		__sync_fetch_and_add(&control->down_frames, 1);
		__sync_fetch_and_add(&control->down_bytes, skb->len);
	}
	return bpf_redirect(*port, 0);
}

// On an end of a veth pair whose other end has a native XDP program: makes the kernel poll this end, so that
// frames which that program redirects here arrive.
SEC("xdp")
int pass(struct xdp_md *context)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
