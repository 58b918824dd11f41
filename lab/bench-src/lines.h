// Where clients and devices are: 4000 lines to an S-VLAN, from S-VLAN 100 to 4094, one client to a line.

#ifndef LINES_H
#define LINES_H

#include <stdint.h>
#include <stdio.h>

#define LINES_MAX 15976000
#define LINES_PER_SVLAN 4000
#define FIRST_SVLAN 100
#define FIRST_CVLAN 2
#define LINE_NAME_MAX 24

static inline uint16_t line_svlan(uint32_t number)
{
	return (uint16_t)(FIRST_SVLAN + number / LINES_PER_SVLAN);
}

static inline uint16_t line_cvlan(uint32_t number)
{
	return (uint16_t)(FIRST_CVLAN + number % LINES_PER_SVLAN);
}

// How the access node names the line.
static inline void line_names(uint32_t number, char circuit_id[LINE_NAME_MAX], char remote_id[LINE_NAME_MAX])
{
	snprintf(circuit_id, LINE_NAME_MAX, "1/0/%u", number % LINES_PER_SVLAN);
	snprintf(remote_id, LINE_NAME_MAX, "olt-%u", number / LINES_PER_SVLAN);
}

// The MAC address of who is there; `kind` tells programs that load one gateway apart.
static inline void line_mac(uint8_t kind, uint32_t number, uint8_t *mac)
{
	mac[0] = 0x02;
	mac[1] = kind;
	mac[2] = (uint8_t)(number >> 24);
	mac[3] = (uint8_t)(number >> 16);
	mac[4] = (uint8_t)(number >> 8);
	mac[5] = (uint8_t)number;
}

#endif
