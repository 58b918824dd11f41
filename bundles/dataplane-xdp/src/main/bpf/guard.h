/* Punt protection: what goes to Java, or is answered here, passes a bucket of its line and then one of its class, each by
 * the generic cell rate algorithm of police.h with a frame for the unit. The line is asked first, so a storm on it spends
 * nothing of what all lines of the class share; classes share nothing. */
#ifndef SLUICE_GUARD_H
#define SLUICE_GUARD_H

#include "parse.h"
#include "punt.h"

#define GUARD_TRIES_MAX 16
#define GUARDED_LINES_MAX 65536	/* and classes: each has buckets of its own */

/* Verdicts of the line are VERDICT_LINE_DHCP + class, of the class VERDICT_CLASS_DHCP + class. */
enum punt_class {
	PUNT_DHCP = 0,		/* DHCPv4 and DHCPv6 */
	PUNT_PPPOE = 1,		/* PPPoE discovery */
	PUNT_PPP = 2,		/* control protocols in a PPPoE session: LCP, PAP, CHAP, IPCP, IPV6CP */
	PUNT_ND = 3,		/* neighbour discovery */
	PUNT_ARP = 4,		/* answered by the program itself */
	PUNT_OTHER = 5,
	PUNT_CLASSES = 6
};

/* How often: one frame in `interval`, and how far ahead of that. Nanoseconds. */
struct pace {
	__u64 interval;		/* 0: no limit */
	__u64 burst;
};

/* `tat` has a cache line of its own: every core writes it, and only reads the paces. */
struct guarded_class {
	struct pace line;
	struct pace all;
	__u64 reserved0[4];
	__u64 tat;
	__u64 reserved1[7];
};

/* A line is its port and VLANs. Where there is no VLAN it is the sender. */
struct guarded_line {
	__u16 port;
	__be16 outer_vid;
	__be16 inner_vid;
	__u16 class;
	__u8 mac[6];		/* 0 with a VLAN */
	__u16 reserved;
};

struct line_use {
	__u64 tat;
	__u64 dropped;		/* by the bucket of the line */
};

/* `class` is there for its type alone: it brings the enum into BTF. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PUNT_CLASSES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct guarded_class);
	__type(class, enum punt_class);
} guarded_classes SEC(".maps");

/* The least recently heard line makes room: it comes back with a full bucket, which its class bounds. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, GUARDED_LINES_MAX);
	__type(key, struct guarded_line);
	__type(value, struct line_use);
} guarded_lines SEC(".maps");

/* Says whether one more frame conforms, and if so takes its time. */
__noinline int paced(__u64 *tat_at, const struct pace *pace)
{
	__u64 now, horizon;

	if (!tat_at || !pace)
		return 0;
	if (!pace->interval)
		return 1;
	now = bpf_ktime_get_ns();
	horizon = now + pace->burst;
	for (int i = 0; i < GUARD_TRIES_MAX; i++) {
		__u64 tat = *(volatile __u64 *)tat_at;
		__u64 next = (tat > now ? tat : now) + pace->interval;

		if (next > horizon)
			return 0;
		if (__sync_val_compare_and_swap(tat_at, tat, next) == tat)
			return 1;
	}
	return 0;	/* sixteen others were served in between */
}

static __always_inline struct line_use *line_use_of(struct frame *frame, __u32 port, __u32 class)
{
	struct guarded_line line = {.port = port, .class = class};
	const struct line_use none = {};
	struct line_use *use;

	if (frame->outer_tpid) {
		line.outer_vid = frame->outer_tci & bpf_htons(VID_MASK);
		line.inner_vid = frame->inner_tci & bpf_htons(VID_MASK);
	} else {
		__builtin_memcpy(line.mac, frame->ethernet->h_source, 6);
	}
	use = bpf_map_lookup_elem(&guarded_lines, &line);
	if (use)
		return use;
	/* another core may have been first: then its entry counts */
	bpf_map_update_elem(&guarded_lines, &line, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&guarded_lines, &line);
}

/* Says whether a frame may pass to whom it wants: 0, or the verdict. A line that finds no room shares the class's bucket
 * alone. */
static __always_inline int guard(struct frame *frame, __u32 port, __u32 class)
{
	struct guarded_class *guarded = bpf_map_lookup_elem(&guarded_classes, &class);
	struct line_use *use;

	if (!guarded)
		return VERDICT_NOT_CONFIGURED;
	use = guarded->line.interval ? line_use_of(frame, port, class) : 0;
	if (use && !paced(&use->tat, &guarded->line)) {
		__sync_fetch_and_add(&use->dropped, 1);
		return VERDICT_LINE_DHCP + class;
	}
	if (!paced(&guarded->tat, &guarded->all))
		return VERDICT_CLASS_DHCP + class;
	return 0;
}

/* Gives a frame to Java if its line and its class have not had their share. */
static __always_inline int punt(struct xdp_md *ctx, struct frame *frame, __u32 port, enum punt_class class)
{
	int verdict = guard(frame, port, class);

	return verdict ? drop(verdict) : hand_over(ctx, port);
}

#endif
