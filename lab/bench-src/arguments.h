// Numbers on the command line.

#ifndef ARGUMENTS_H
#define ARGUMENTS_H

// Every program has its own: says what is wrong and how it is called, and ends it.
_Noreturn void usage(const char *wrong);

// The value of an option within its bounds; otherwise the program ends with its usage.
double number(const char *name, const char *text, double least, double most);

#endif
