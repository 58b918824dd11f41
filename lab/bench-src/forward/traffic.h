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
#define FRAME_MAX 2048
#define HEADERS_MAX (ETHERNET_BYTES + TAGS_BYTES + PPPOE_BYTES + 48)

#define FIRST_ADDRESS 0x0a800002 // 10.128.0.2, of subscriber 0
#define SERVER 0xc6336407 // 198.51.100.7
#define FIRST_PREFIX 0x20010db800000000ull // 2001:db8::, of subscriber 0
#define SERVER_PREFIX 0x20010db8ffff0000ull // 2001:db8:ffff::
#define SUBSCRIBER_HOST 1 // lower halves of the IPv6 addresses
#define SERVER_HOST 7
#define HOPS 64 // of what is sent; the gateway takes one
#define FIRST_MAC 0x02db00000000ull
#define LINES_PER_SVLAN 2048 // powers of two: BPF would divide in the time of the gateway
#define FIRST_SVLAN 100
#define FIRST_CVLAN 2
#define PPPOE_SESSIONS 32768

// Frames at one place: as they are sent, or as they have to arrive.
struct traffic {
	__u32 ifindex; // where native frames are put
	__u32 shape;
	__u32 down;
	__u32 subscribers; // drawn at random for every frame
	__u32 prefix_length; // of the subscribers' IPv6 prefixes; 0: IPv4
	__u32 ip_bytes;
	__u32 hops;
	__u32 translated; // IPv4 source after masquerade; 0: there is none
	__u64 to; // MAC addresses as numbers; 0: the subscriber's
	__u64 from;
};

// What the sink knows of the frames that it inspected.
struct inspected {
	__u64 right; // every byte as it has to be
	__u64 wrong;
	__u8 expected[HEADERS_MAX]; // of the newest frame
	__u8 found[HEADERS_MAX]; // of the newest wrong frame
	__u32 reserved;
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

static inline __attribute__((always_inline)) void put64(__u8 *at, __u64 value)
{
	*(__u64 *)at = __builtin_bswap64(value);
}

static inline __attribute__((always_inline)) __u32 folded(__u64 sum)
{
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return (__u32)((sum >> 16) + (sum & 0xffff));
}

// Writes IPv4 and UDP. The checksum of UDP is 0, not used.
static inline __attribute__((always_inline)) void write_packet4(__u8 *at, const struct traffic *traffic, __u32 number)
{
	__u32 subscriber = FIRST_ADDRESS + number;
	__u32 source = traffic->translated ? traffic->translated : traffic->down ? SERVER : subscriber;
	__u32 destination = traffic->down ? subscriber : SERVER;
	__u32 hops_and_udp = traffic->hops << 8 | 17;
	__u64 sum = 0x4500ull + traffic->ip_bytes + 0x4000 + hops_and_udp + source + destination;

	put16(at, 0x4500);
	put16(at + 2, traffic->ip_bytes);
	put32(at + 4, 0x4000); // not to be fragmented
	put16(at + 8, hops_and_udp);
	put16(at + 10, ~folded(sum));
	put32(at + 12, source);
	put32(at + 16, destination);
	put16(at + 20, 40000);
	put16(at + 22, 9000);
	put32(at + 24, (traffic->ip_bytes - 20) << 16);
}

// Writes IPv6 and UDP, whose checksum is that of a payload of zeros.
static inline __attribute__((always_inline)) void write_packet6(__u8 *at, const struct traffic *traffic, __u32 number)
{
	__u64 subscriber = FIRST_PREFIX + ((__u64)number << (64 - (traffic->prefix_length & 63)) % 64);
	__u32 length = traffic->ip_bytes - 40;
	__u64 sum = (subscriber >> 32) + (subscriber & 0xffffffff) + (SERVER_PREFIX >> 32) +
		    (SERVER_PREFIX & 0xffffffff) + SUBSCRIBER_HOST + SERVER_HOST + 17 + 40000 + 9000 + 2 * length;

	put32(at, 0x60000000);
	put32(at + 4, length << 16 | 17 << 8 | traffic->hops);
	put64(at + 8, traffic->down ? SERVER_PREFIX : subscriber);
	put64(at + 16, traffic->down ? SERVER_HOST : SUBSCRIBER_HOST);
	put64(at + 24, traffic->down ? subscriber : SERVER_PREFIX);
	put64(at + 32, traffic->down ? SUBSCRIBER_HOST : SERVER_HOST);
	put16(at + 40, 40000);
	put16(at + 42, 9000);
	put16(at + 44, length);
	put16(at + 46, ~folded(sum));
}

static inline __attribute__((always_inline)) void write_packet(__u8 *at, const struct traffic *traffic, __u32 number)
{
	if (traffic->prefix_length)
		write_packet6(at, traffic, number);
	else
		write_packet4(at, traffic, number);
}

static inline __attribute__((always_inline)) void write_mac(__u8 *at, __u64 mac, __u32 number)
{
	if (!mac)
		mac = FIRST_MAC | number;
	put16(at, (__u32)(mac >> 32));
	put32(at + 2, (__u32)mac);
}

// Writes the headers of a frame of one subscriber; there is room for HEADERS_MAX bytes.
static inline __attribute__((always_inline)) void write_frame(__u8 *frame, const struct traffic *traffic, __u32 number)
{
	__u32 protocol = traffic->prefix_length ? 0x86dd : 0x0800;

	write_mac(frame, traffic->to, number);
	write_mac(frame + 6, traffic->from, number);
	if (traffic->shape == SHAPE_PLAIN) {
		put16(frame + 12, protocol);
		write_packet(frame + ETHERNET_BYTES, traffic, number);
		return;
	}
	put16(frame + 12, 0x88a8);
	put16(frame + 14, FIRST_SVLAN + number / LINES_PER_SVLAN);
	put16(frame + 16, 0x8100);
	put16(frame + 18, FIRST_CVLAN + number % LINES_PER_SVLAN);
	if (traffic->shape == SHAPE_QINQ) {
		put16(frame + 20, protocol);
		write_packet(frame + ETHERNET_BYTES + TAGS_BYTES, traffic, number);
		return;
	}
	put16(frame + 20, 0x8864);
	put16(frame + 22, 0x1100);
	put16(frame + 24, 1 + number % PPPOE_SESSIONS);
	put16(frame + 26, traffic->ip_bytes + 2);
	put16(frame + 28, traffic->prefix_length ? 0x0057 : 0x0021); // RFC 5072, RFC 1332
	write_packet(frame + ETHERNET_BYTES + TAGS_BYTES + PPPOE_BYTES, traffic, number);
}

static inline __attribute__((always_inline)) __u32 ip_offset(const struct traffic *traffic)
{
	__u32 offset = ETHERNET_BYTES;

	if (traffic->shape >= SHAPE_QINQ)
		offset += TAGS_BYTES;
	if (traffic->shape == SHAPE_PPPOE)
		offset += PPPOE_BYTES;
	return offset;
}

static inline __attribute__((always_inline)) __u32 frame_bytes(const struct traffic *traffic)
{
	return ip_offset(traffic) + traffic->ip_bytes;
}

#endif
