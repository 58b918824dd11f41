// What every report says of replies that were not taken.

#ifndef REPORT_H
#define REPORT_H

#include "message.h"

// Prints the members "late", "bad_replies" (by name) and "bad" (their sum) of a JSON object, and a comma.
void report_replies(const uint32_t verdicts[VERDICT_COUNT]);

#endif
