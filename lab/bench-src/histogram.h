// Durations in nanoseconds, counted per range: 32 ranges to the octave, so a percentile is at most 3 % too high.

#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SUB_BITS 5
#define HISTOGRAM_RANGES ((64 - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

struct histogram {
	uint64_t counts[HISTOGRAM_RANGES];
	uint64_t total;
	uint64_t max;
};

void histogram_add(struct histogram *histogram, uint64_t nanos);

// The duration that the given share (0.99 for p99) did not exceed; 0 when there is none.
uint64_t histogram_percentile(const struct histogram *histogram, double share);

// Prints the percentiles in microseconds as a member of a JSON object, and what comes after it.
void histogram_print(const char *name, const struct histogram *histogram, const char *after);

#endif
