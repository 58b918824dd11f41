#include "histogram.h"

#include <stdio.h>

// Below 32 a range is one number; from there on the highest set bit and the five that follow name the range.
static unsigned shift_of(uint64_t nanos)
{
	unsigned highest = 63 - (unsigned)__builtin_clzll(nanos | 1);

	return highest > HISTOGRAM_SUB_BITS ? highest - HISTOGRAM_SUB_BITS : 0;
}

static uint64_t last_of(unsigned range)
{
	unsigned octave = range >> HISTOGRAM_SUB_BITS;
	unsigned shift = octave > 1 ? octave - 1 : 0;
	uint64_t first = (uint64_t)(range - (shift << HISTOGRAM_SUB_BITS)) << shift;

	return first + ((1ULL << shift) - 1);
}

void histogram_add(struct histogram *histogram, uint64_t nanos)
{
	unsigned shift = shift_of(nanos);

	histogram->counts[(shift << HISTOGRAM_SUB_BITS) + (nanos >> shift)]++;
	histogram->total++;
	if (nanos > histogram->max)
		histogram->max = nanos;
}

uint64_t histogram_percentile(const struct histogram *histogram, double share)
{
	uint64_t wanted = (uint64_t)(share * (double)histogram->total + 0.999999), seen = 0;

	if (histogram->total == 0)
		return 0;
	if (wanted == 0)
		wanted = 1;
	for (unsigned range = 0; range < HISTOGRAM_RANGES; range++) {
		seen += histogram->counts[range];
		if (seen >= wanted)
			return last_of(range) < histogram->max ? last_of(range) : histogram->max;
	}
	return histogram->max;
}

void histogram_print(const char *name, const struct histogram *histogram, const char *after)
{
	static const struct {
		const char *name;
		double share;
	} PERCENTILES[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};

	printf("\"%s\": {", name);
	for (unsigned i = 0; i < sizeof(PERCENTILES) / sizeof(PERCENTILES[0]); i++)
		printf("\"%s\": %.2f, ", PERCENTILES[i].name,
		       (double)histogram_percentile(histogram, PERCENTILES[i].share) / 1e3);
	printf("\"max\": %.2f}%s", (double)histogram->max / 1e3, after);
}
