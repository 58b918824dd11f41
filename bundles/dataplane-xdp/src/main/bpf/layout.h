/* The maps and what stands in them: the contract with Java (SubscriberLayout, ConfigLayout). Every struct is padded by
 * hand; a test compares offsets with BTF. A changed layout changes the name of the pin directory. */
#ifndef SLUICE_LAYOUT_H
#define SLUICE_LAYOUT_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include "verdict.h"

#define NETWORKS_MAX 64
#define PORTS_MAX 16
#define CORES_MAX 4
#define LENGTHS_MAX 4		/* of IPv6 prefixes in use */
#define QUEUES_MAX 64		/* receive queues of one port with a socket each */
#define SUBSCRIBERS_MAX 1024	/* Java gives the true number when it creates the map */

/* A limit of the generic cell rate algorithm. */
struct limit {
	__u32 cost;		/* time of one byte, 1/4096 ns; 0: no limit */
	__u32 burst;		/* how far the bucket may run ahead, microseconds */
};

/* Who a subscriber is and what it may do. */
struct binding {
	__be32 address;		/* 0: none, an entry for IPv6 alone */
	__u16 flags;
	__u16 mtu;		/* largest IP packet to the subscriber, 0: that of its port */
	__u8 mac[6];
	__u16 port;		/* index in settings.ports */
	__be16 outer_tpid;	/* 0: untagged */
	__be16 outer_tci;
	__be16 inner_tpid;	/* 0: at most one tag */
	__be16 inner_tci;
	struct limit up;
	struct limit down;
	__be16 pppoe_session;	/* 0: IPoE */
	__u16 mss;		/* largest TCP segment of a SYN, 0: as it came */
	__u8 dscp_up;
	__u8 dscp_down;
	__u16 garden;
	__be32 nat_address;	/* 0: no NAT */
	__u16 nat_port_first;
	__u16 nat_ports;
};

/* binding.flags */
#define IDENTITY_MASK 3
#define IDENTITY_STRICT 0
#define IDENTITY_LOOSE 1	/* the MAC may differ */
#define IDENTITY_LOG_ONLY 2
#define ACCESS_MASK (3 << 2)
#define ACCESS_OPEN (0 << 2)
#define ACCESS_WALLED (1 << 2)
#define ACCESS_BLOCKED (2 << 2)
#define MARK_UP (1 << 4)	/* dscp_up is meant */
#define MARK_DOWN (1 << 5)	/* dscp_down is meant */
#define SET_PRIORITY (1 << 6)	/* frames to the subscriber have the priority of the tci; else that of their DSCP */

/* What one direction has used: a cache line of its own, written by XDP only, except at the opening. */
struct usage {
	__u64 tat;		/* theoretical arrival time, ns of the monotonic clock */
	__u64 packets4;
	__u64 bytes4;		/* of IP, as are all bytes here */
	__u64 packets6;
	__u64 bytes6;
	__u64 policed_packets;
	__u64 policed_bytes;
	__u64 refused;		/* up: spoofed; down: by block or walled garden, of both directions */
};

/* One subscriber: 256 bytes, four cache lines. A packet up needs the first two, which processors that fetch lines in
 * pairs have at once.
 *
 * state = generation << 3 | installed << 2 | open << 1 | half. Packets pass while it is open; a stopped subscriber is
 * installed and not open. Java writes the binding that `half` does not name, then stores state with
 * release order. So a frame finds the old binding or the new one, never a mixture, and the death of Java in the middle
 * of a write leaves the old one in force. `half` selects the address that is read next, which orders the two reads on
 * every processor; a second look at state afterwards notices two rewrites during one frame. */
struct subscriber {
	__u32 state;
	__u32 reserved0;
	struct binding even;
	struct usage up;
	struct usage down;
	__u64 session;		/* the same as long as it is installed */
	struct binding odd;
};

#define HALVES_APART 192	/* bytes from `even` to `odd` */

#define STATE_HALF 1
#define STATE_OPEN 2
#define STATE_INSTALLED 4

/* Addresses that are indexed directly. Host byte order; sorted by base, disjoint. */
struct network {
	__u32 base;
	__u32 last;
	__u32 first;		/* index of base in the subscribers */
	__be32 gateway;		/* 0: none */
};

struct port {
	__u32 ifindex;
	__u32 mtu;
	__u8 mac[6];
	__u16 reserved;
	char name[16];
};

/* An interface to the core and the router behind it. */
struct core {
	__u32 ifindex;
	__u32 mtu;
	__u8 mac[6];
	__u8 next_hop[6];	/* zero while it is not resolved */
	__u8 next_hop6[6];
	__u16 resolved;		/* RESOLVED_IP4 | RESOLVED_IP6 */
	__u32 reserved;
	__u8 address6[16];	/* our own, that errors come from; zero: none */
};

#define RESOLVED_IP4 1
#define RESOLVED_IP6 2

struct settings {
	__u32 networks_count;
	__u32 ports_count;
	__u32 cores_count;
	__u8 prefix_lengths[LENGTHS_MAX];	/* in use, longest first; 0: no more */
	struct core cores[CORES_MAX];
	struct network networks[NETWORKS_MAX];
	struct port ports[PORTS_MAX];
};

/* state as in struct subscriber */
struct config {
	__u32 state;
	__u32 reserved;
	struct settings even;
	struct settings odd;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct config);
} config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SUBSCRIBERS_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct subscriber);
} subscribers SEC(".maps");

/* Addresses outside every network (given by RADIUS, static): address -> index of a spare entry. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SUBSCRIBERS_MAX);
	__type(key, __be32);
	__type(value, __u32);
} outside SEC(".maps");

struct prefix_key {
	__u8 prefix[16];	/* host bits are zero */
	__u32 length;
};

#define BLOCK_BITS 10
#define BLOCK_PREFIXES (1 << BLOCK_BITS)

/* Neighbours: prefixes of one length that are the same but for their last bits. */
struct prefix_block {
	__u32 holders[BLOCK_PREFIXES];	/* index of the entry + 1; 0: nobody */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);		/* Java gives the true number when it creates the map, as of what follows */
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct prefix_block);
} prefix_blocks SEC(".maps");

/* The first prefix of a block, with the length of all -> its number. Few and hot, where every prefix in a hash of its own
 * would be as many waits for memory. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix_key);
	__type(value, __u32);
} block_numbers SEC(".maps");

/* IPv6 networks of subscribers that are in no block -> index of the entry. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SUBSCRIBERS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix_key);
	__type(value, __u32);
} prefixes SEC(".maps");

struct route_key {
	__u32 length;
	__be32 address;		/* host bits are zero */
};

/* IPv4 networks behind subscribers -> index of the entry. Asked only for addresses that are nobody's own. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, SUBSCRIBERS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct route_key);
	__type(value, __u32);
} routes SEC(".maps");

struct pppoe_key {
	__u8 mac[6];
	__be16 session;
	__be16 outer_vlan;	/* twelve bits */
	__be16 inner_vlan;
	__u16 port;
	__u16 reserved;
};

struct pppoe_value {
	__u32 index;		/* of the entry */
	__be32 magic;		/* ours, of LCP */
};

/* Open PPPoE sessions, for what has no address in it: LCP echo and link-local IPv6. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SUBSCRIBERS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct pppoe_key);
	__type(value, struct pppoe_value);
} pppoe SEC(".maps");

/* What became of the frames of one processor. `trail` is what the last ones met, the latest in the lowest byte, each as
 * its verdict + 1: a trace reads there what became of its frame. */
struct tally {
	__u64 counts[VERDICTS];
	__u64 trail;
};

/* `verdict` is there for its type alone: it brings the enum into BTF. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tally);
	__type(verdict, enum verdict);
} verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, PORTS_MAX * QUEUES_MAX);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

static __always_inline void count(enum verdict verdict)
{
	__u32 zero = 0, index = verdict;
	struct tally *tally = bpf_map_lookup_elem(&verdicts, &zero);

	if (!tally || index >= VERDICTS)
		return;
	tally->counts[index]++;
	tally->trail = tally->trail << 8 | (index + 1);
}

static __always_inline int drop(enum verdict verdict)
{
	count(verdict);
	return XDP_DROP;
}

/* Leaves a frame of the core to the kernel. */
static __always_inline int pass(void)
{
	count(VERDICT_PASSED);
	return XDP_PASS;
}

static __always_inline struct settings *settings_now(void)
{
	__u32 zero = 0;
	struct config *config_now = bpf_map_lookup_elem(&config, &zero);
	__u32 state;

	if (!config_now)
		return 0;
	state = *(volatile __u32 *)&config_now->state;
	if (!(state & STATE_OPEN))
		return 0;
	return state & STATE_HALF ? &config_now->odd : &config_now->even;
}

#endif
