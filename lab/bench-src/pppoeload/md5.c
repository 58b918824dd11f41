#include "md5.h"

#include <math.h>
#include <string.h>

#define BLOCK 64

static const uint8_t SHIFTS[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
static uint32_t sines[64];

static uint32_t rotated(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static void add_block(uint32_t state[4], const uint8_t *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], words[16];

	memcpy(words, block, sizeof(words)); // little-endian, as this machine
	for (unsigned i = 0; i < 64; i++) {
		uint32_t mixed, before = d;
		unsigned word;

		switch (i / 16) {
		case 0: mixed = (b & c) | (~b & d); word = i; break;
		case 1: mixed = (d & b) | (~d & c); word = (5 * i + 1) % 16; break;
		case 2: mixed = b ^ c ^ d; word = (3 * i + 5) % 16; break;
		default: mixed = c ^ (b | ~d); word = 7 * i % 16; break;
		}
		mixed += a + sines[i] + words[word];
		d = c;
		c = b;
		b += rotated(mixed, SHIFTS[i / 16][i % 4]);
		a = before;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

void md5(const uint8_t *message, size_t length, uint8_t digest[MD5_BYTES])
{
	uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
	uint8_t padded[MD5_MAX + 1 + 8 + BLOCK] = {0};
	size_t total = (length + 1 + 8 + BLOCK - 1) / BLOCK * BLOCK;
	uint64_t bits = (uint64_t)length * 8;

	if (sines[0] == 0) {
		for (unsigned i = 0; i < 64; i++)
			sines[i] = (uint32_t)(fabs(sin(i + 1.0)) * 4294967296.0);
	}
	memcpy(padded, message, length);
	padded[length] = 0x80;
	memcpy(padded + total - 8, &bits, sizeof(bits));
	for (size_t at = 0; at < total; at += BLOCK)
		add_block(state, padded + at);
	memcpy(digest, state, MD5_BYTES);
}
