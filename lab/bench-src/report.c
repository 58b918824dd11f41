#include "report.h"

#include <stdio.h>

void report_replies(const uint32_t verdicts[VERDICT_COUNT])
{
	const char *comma = "";
	uint32_t bad = 0;

	printf("\"late\": %u, \"bad_replies\": {", verdicts[LATE]);
	for (enum verdict verdict = BAD_IP; verdict < LATE; verdict++) {
		if (verdicts[verdict] > 0) {
			printf("%s\"%s\": %u", comma, verdict_name(verdict), verdicts[verdict]);
			comma = ", ";
			bad += verdicts[verdict];
		}
	}
	printf("}, \"bad\": %u, ", bad);
}
