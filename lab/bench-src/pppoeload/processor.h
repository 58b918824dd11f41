// What a load costs: processor time of this program and of others.

#ifndef PROCESSOR_H
#define PROCESSOR_H

#define PROCESSES_MAX 8

struct processes {
	int ids[PROCESSES_MAX];
	unsigned count;
};

// Seconds so far, user and system.
struct processor_time {
	double own;
	double others[PROCESSES_MAX];
};

// Ends the program when one of them is gone.
struct processor_time processor_time(const struct processes *processes);

// Prints what it was since then as members of a JSON object, and a comma.
void processor_print(const struct processes *processes, const struct processor_time *before);

#endif
