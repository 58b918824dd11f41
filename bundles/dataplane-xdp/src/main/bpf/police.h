/* Policing by the generic cell rate algorithm (ITU-T I.371, A): one 64-bit time per direction, moved by compare and swap,
 * so it is exact over cores, needs no lock and cannot overflow after a long rest. */
#ifndef SLUICE_POLICE_H
#define SLUICE_POLICE_H

#include "layout.h"

#define COST_SHIFT 12
#define TRIES_MAX 16
#define SKEW (1 << 24)		/* ns, 17 ms: processors that read the clock a little apart are not a change of the limit */

/* One try to take the time of a packet: 1, 0 if it does not conform, -1 if another processor was faster. What a larger
 * burst than the one in force has run ahead is forgiven: nobody waits for a limit that is no more. */
static __always_inline int takes(struct usage *usage, __u64 now, __u64 horizon, __u64 time)
{
	__u64 tat = *(volatile __u64 *)&usage->tat;
	__u64 next = (tat > now ? tat : now) + time;

	if (next > horizon) {
		if (tat > horizon + SKEW)
			__sync_val_compare_and_swap(&usage->tat, tat, horizon);
		return 0;
	}
	return __sync_val_compare_and_swap(&usage->tat, tat, next) == tat ? 1 : -1;
}

/* As conforms, by the exact clock, for what the quick try has not let pass. */
__noinline int conforms_exactly(struct usage *usage, __u64 burst, __u64 time)
{
	__u64 now = bpf_ktime_get_ns();

	if (!usage)
		return 0;
	for (int i = 0; i < TRIES_MAX; i++) {
		int taken = takes(usage, now, now + burst, time);

		if (taken >= 0)
			return taken;
	}
	return 0;	/* sixteen others were served in between */
}

/* Says whether a packet of `length` bytes of IP conforms, and if so takes its time. The clock of the last tick comes first:
 * reading the exact one waits for all memory asked for before. It is never ahead, so what passes by it passes by both; only
 * after a rest a bucket has, once, the time since that tick on top of its burst. */
static __always_inline int conforms(struct usage *usage, const struct limit *limit, __u32 length)
{
	__u64 now, burst, time, tat, next;

	if (!limit->cost)
		return 1;
	now = bpf_ktime_get_coarse_ns();
	burst = (__u64)limit->burst * 1000;
	time = ((__u64)length * limit->cost) >> COST_SHIFT;
	tat = *(volatile __u64 *)&usage->tat;
	next = (tat > now ? tat : now) + time;
	if (next <= now + burst && __sync_val_compare_and_swap(&usage->tat, tat, next) == tat)
		return 1;
	return conforms_exactly(usage, burst, time);
}

static __always_inline void delivered4(struct usage *usage, __u32 length)
{
	__sync_fetch_and_add(&usage->packets4, 1);
	__sync_fetch_and_add(&usage->bytes4, length);
}

static __always_inline void delivered6(struct usage *usage, __u32 length)
{
	__sync_fetch_and_add(&usage->packets6, 1);
	__sync_fetch_and_add(&usage->bytes6, length);
}

static __always_inline int policed(struct usage *usage, __u32 length, enum verdict verdict)
{
	__sync_fetch_and_add(&usage->policed_packets, 1);
	__sync_fetch_and_add(&usage->policed_bytes, length);
	return drop(verdict);
}

#endif
