#include "processor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// utime and stime are the 12th and 13th field behind the name in brackets.
static double seconds_of(int process)
{
	unsigned long user, system;
	char path[32], line[1024];
	const char *fields;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", process);
	stat = fopen(path, "r");
	if (stat == NULL || fgets(line, sizeof(line), stat) == NULL || (fields = strrchr(line, ')')) == NULL ||
	    sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) {
		fprintf(stderr, "pppoeload: cannot read %s\n", path);
		exit(2);
	}
	fclose(stat);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

struct processor_time processor_time(const struct processes *processes)
{
	struct processor_time time = {.own = (double)clock() / CLOCKS_PER_SEC};

	for (unsigned i = 0; i < processes->count; i++)
		time.others[i] = seconds_of(processes->ids[i]);
	return time;
}

void processor_print(const struct processes *processes, const struct processor_time *before)
{
	struct processor_time now = processor_time(processes);

	printf("\"own_processor_s\": %.3f, \"processor_s\": [", now.own - before->own);
	for (unsigned i = 0; i < processes->count; i++)
		printf("%s%.2f", i > 0 ? ", " : "", now.others[i] - before->others[i]);
	printf("], ");
}
