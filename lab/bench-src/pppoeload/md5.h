// MD5 (RFC 1321), for the responses of CHAP.

#ifndef MD5_H
#define MD5_H

#include <stddef.h>
#include <stdint.h>

#define MD5_BYTES 16
#define MD5_MAX 247 // the longest message that is taken

void md5(const uint8_t *message, size_t length, uint8_t digest[MD5_BYTES]);

#endif
