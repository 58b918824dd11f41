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
#define QUEUES_MAX 16		/* receive queues of one port that may punt */
#define SUBSCRIBERS_MAX 1024	/* Java gives the true number when it creates the map */

/* A limit of the generic cell rate algorithm. */
struct limit {
	__u32 cost;		/* time of one byte, 1/4096 ns; 0: no limit */
	__u32 burst;		/* how far the bucket may run ahead, microseconds */
};

/* Who a subscriber is and what it may do. */
struct binding {
	__u64 session;
	__be32 address;
	__u32 flags;
	__u8 mac[6];
	__u16 port;		/* index in settings.ports */
	__be16 outer_tpid;	/* 0: untagged */
	__be16 outer_tci;	/* its priority is that of frames to the subscriber */
	__be16 inner_tpid;	/* 0: at most one tag */
	__be16 inner_tci;
	struct limit up;
	struct limit down;
	__u64 reserved;
};

/* What one direction has used: a cache line of its own, written by XDP only, except at the opening. */
struct usage {
	__u64 tat;		/* theoretical arrival time, ns of the monotonic clock */
	__u64 packets;
	__u64 bytes;		/* of IP */
	__u64 policed_packets;
	__u64 policed_bytes;
	__u64 spoofed;		/* up only */
	__u64 reserved[2];
};

/* One subscriber: 256 bytes, four cache lines.
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
	__u64 reserved1;
	struct binding odd;
	struct usage up;
	struct usage down;
};

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

struct core {
	__u32 ifindex;
	__u32 mtu;
	__u8 mac[6];
	__u8 next_hop[6];
	__u32 resolved;		/* 0: next_hop is not known yet */
};

struct settings {
	__u32 networks_count;
	__u32 ports_count;
	struct core core;
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

/* `verdict` is there for its type alone: it brings the enum into BTF. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, VERDICTS);
	__type(key, __u32);
	__type(value, __u64);
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
	__u32 key = verdict;
	__u64 *counter = bpf_map_lookup_elem(&verdicts, &key);

	if (counter)
		(*counter)++;
}

static __always_inline int drop(enum verdict verdict)
{
	count(verdict);
	return XDP_DROP;
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
