#include "arguments.h"

#include <stdlib.h>

double number(const char *name, const char *text, double least, double most)
{
	char *rest;
	double value = strtod(text, &rest);

	if (rest == text || *rest != '\0' || value < least || value > most)
		usage(name);
	return value;
}
