// The frames of lab/bench forward: which subscriber has which address, line and MAC, and how each frame is written. Shared
// by the BPF program that makes native frames and the sender on a packet socket; SubscriberFiller.java installs the same.

#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <linux/types.h>

#define SHAPE_PLAIN 0 // to the core, to the kernel, or a subscriber without tags
#define SHAPE_QINQ 1
#define SHAPE_PPPOE 2 // below two tags

#define ETHERNET_BYTES 14
#define TAGS_BYTES 8
#define PPPOE_BYTES 8
#define HEADERS_MAX (ETHERNET_BYTES + TAGS_BYTES + PPPOE_BYTES + 28)

#define FIRST_ADDRESS 0x0a800002 // 10.128.0.2, of subscriber 0
#define SERVER 0xc6336407 // 198.51.100.7
#define LINES_PER_SVLAN 2048 // powers of two: BPF would divide in the time of the gateway
#define FIRST_SVLAN 100
#define FIRST_CVLAN 2
#define PPPOE_SESSIONS 32768

struct traffic {
	__u32 ifindex; // where native frames are put
	__u32 shape;
	__u32 down;
	__u32 subscribers; // drawn at random for every frame
	__u32 ip_bytes;
	__u8 to[6]; // MAC address of the gateway
	__u16 reserved;
};

// When native frames were made: setting up live frames and tearing them down takes the kernel tens of milliseconds,
// in which it forwards nothing.
struct made {
	__u64 frames;
	__u64 first; // ns of the monotonic clock, of frame 0
	__u64 last; // of the newest frame whose number is a multiple of CLOCK_STRIDE
};

#define CLOCK_STRIDE 1024

static inline __attribute__((always_inline)) void put16(__u8 *at, __u32 value)
{
	*(__u16 *)at = __builtin_bswap16((__u16)value);
}

static inline __attribute__((always_inline)) void put32(__u8 *at, __u32 value)
{
	*(__u32 *)at = __builtin_bswap32(value);
}

// Writes IPv4 and UDP. The checksum of UDP is 0, not used.
static inline __attribute__((always_inline)) void write_packet(__u8 *at, const struct traffic *traffic, __u32 number)
{
	__u32 subscriber = FIRST_ADDRESS + number;
	__u32 source = traffic->down ? SERVER : subscriber;
	__u32 destination = traffic->down ? subscriber : SERVER;
	__u32 sum = 0x4500 + traffic->ip_bytes + 0x4000 + 0x4011;

	sum += (source >> 16) + (source & 0xffff) + (destination >> 16) + (destination & 0xffff);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(at, 0x4500);
	put16(at + 2, traffic->ip_bytes);
	put32(at + 4, 0x4000); // not to be fragmented
	put16(at + 8, 0x4011); // TTL 64, UDP
	put16(at + 10, ~sum);
	put32(at + 12, source);
	put32(at + 16, destination);
	put16(at + 20, 40000);
	put16(at + 22, 9000);
	put32(at + 24, (traffic->ip_bytes - 20) << 16);
}

// Writes the headers of a frame of one subscriber; there is room for HEADERS_MAX bytes.
static inline __attribute__((always_inline)) void write_frame(__u8 *frame, const struct traffic *traffic, __u32 number)
{
	put32(frame, (__u32)traffic->to[0] << 24 | traffic->to[1] << 16 | traffic->to[2] << 8 | traffic->to[3]);
	put16(frame + 4, (__u32)traffic->to[4] << 8 | traffic->to[5]);
	put16(frame + 6, 0x02db);
	put32(frame + 8, traffic->down ? 0 : number);
	if (traffic->shape == SHAPE_PLAIN) {
		put16(frame + 12, 0x0800);
		write_packet(frame + ETHERNET_BYTES, traffic, number);
		return;
	}
	put16(frame + 12, 0x88a8);
	put16(frame + 14, FIRST_SVLAN + number / LINES_PER_SVLAN);
	put16(frame + 16, 0x8100);
	put16(frame + 18, FIRST_CVLAN + number % LINES_PER_SVLAN);
	if (traffic->shape == SHAPE_QINQ) {
		put16(frame + 20, 0x0800);
		write_packet(frame + ETHERNET_BYTES + TAGS_BYTES, traffic, number);
		return;
	}
	put16(frame + 20, 0x8864);
	put16(frame + 22, 0x1100);
	put16(frame + 24, 1 + number % PPPOE_SESSIONS);
	put16(frame + 26, traffic->ip_bytes + 2);
	put16(frame + 28, 0x0021);
	write_packet(frame + ETHERNET_BYTES + TAGS_BYTES + PPPOE_BYTES, traffic, number);
}

static inline __attribute__((always_inline)) __u32 frame_bytes(const struct traffic *traffic)
{
	__u32 bytes = ETHERNET_BYTES + traffic->ip_bytes;

	if (traffic->shape >= SHAPE_QINQ)
		bytes += TAGS_BYTES;
	if (traffic->shape == SHAPE_PPPOE)
		bytes += PPPOE_BYTES;
	return bytes;
}

#endif
