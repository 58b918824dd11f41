/* The DHCP fast path: answers DISCOVER and REQUEST of a known lease (RFC 2131, 4.3.1, 4.3.2) with the very bytes that Java
 * would send. What is not simple goes to Java; nothing is ever refused here. A lease expires on the boot clock, which
 * stands still neither when the wall clock is set nor while the machine sleeps: time that has passed for the client has
 * passed here. Each answer moves the expiry in the lease's own value, where Java looks before it lets a lease expire. */
#ifndef SLUICE_DHCP_H
#define SLUICE_DHCP_H

#include "parse.h"

#define LEASES_MAX 1024			/* Java gives the true number when it creates the map */
#define DHCP_PROFILES_MAX 1024
#define LIST_BYTES 64
#define RELAY_BYTES 248
#define RELAY_PRIME 0x9e3779b97f4a7c15	/* 2^64 by the golden ratio, odd */
#define TERMS_BYTES 320
#define NO_LIST 255			/* the client sends no parameter request list */

#define LEASE_NEEDS_RELAY 1		/* without option 82 only a client that has its address is heard */

#define BOOTP_BYTES 240			/* cookie included */
#define BOOTP_LEAST 300
#define BOOTP_MOST 548			/* every client takes so much (RFC 2132, 9.10) */
#define DATAGRAM_BYTES 1024		/* longest request that is looked at */
#define DATAGRAM_MASK 1023
#define OPTIONS_MAX 128
#define REPLY_TTL 64
#define SUM_MOST 512			/* bytes that the kernel sums at once up to Linux 6.12; it refuses more */
#define BROADCAST_FLAG 0x8000
#define DONT_FRAGMENT 0x4000

struct lease_key {
	__u16 port;
	__be16 outer_vid;
	__be16 inner_vid;
	__u8 mac[6];
};

/* Java writes all of it; the kernel writes expiry, last_answer and answers. */
struct lease {
	__u64 session;
	__be32 address;
	__be32 server;
	__u64 expiry;			/* ns of the boot clock */
	__u64 last_answer;		/* the newest ACK, ns of the boot clock; 0: none yet */
	__u64 answers;
	__u32 seconds;			/* what an ACK grants */
	__u16 profile;
	__u8 flags;
	__u8 relay_bytes;
	__u64 relay_digest;		/* digest of option 82; what is echoed is the request's own */
};

/* What all clients of a network that ask alike are told. */
struct dhcp_profile {
	__u32 wish;			/* option 51 of the request, host order */
	__u8 has_wish;
	__u8 list_bytes;		/* or NO_LIST */
	__u16 terms_bytes;
	__u8 list[LIST_BYTES];		/* option 55, zeros behind it */
	__u8 terms[TERMS_BYTES];	/* encoded options from lease time to the last parameter, zeros behind them */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LEASES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lease_key);
	__type(value, struct lease);
} leases SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, DHCP_PROFILES_MAX);
	__type(key, __u32);
	__type(value, struct dhcp_profile);
} dhcp_profiles SEC(".maps");

/* 0: everything goes to Java. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} dhcp_fast_path SEC(".maps");

struct bootp {
	__u8 operation;
	__u8 hardware;
	__u8 hardware_bytes;
	__u8 hops;
	__be32 xid;
	__be16 seconds;
	__be16 flags;
	__be32 ciaddr;
	__be32 yiaddr;
	__be32 siaddr;
	__be32 giaddr;
	__u8 chaddr[16];
	__u8 sname[64];
	__u8 file[128];
	__be32 cookie;
};

/* The options that matter for the answer. */
enum dhcp_slot {
	SLOT_TYPE,
	SLOT_SERVER,
	SLOT_REQUESTED,
	SLOT_WISH,
	SLOT_SIZE,
	SLOT_LIST,
	SLOT_CLIENT,
	SLOT_RELAY,
	SLOTS,
	SLOT_HARMLESS,
	SLOT_UNUSUAL
};

struct dhcp_option {
	__u16 at;			/* of its value, in the datagram; 0: absent */
	__u16 bytes;
};

struct dhcp_answer {
	struct iphdr ip;
	struct udphdr udp;
	struct bootp bootp;
	__u8 options[1024];
};

/* A request being answered: one per processor, too much for the stack. Nothing in it outlives the request. */
struct dhcp_work {
	__u32 at;
	__u32 end;
	__u32 unusual;
	__u32 position;			/* bytes of options written */
	struct dhcp_option option[SLOTS];
	__u64 list[LIST_BYTES / 8];
	__u64 relay[RELAY_BYTES / 8];
	__u8 datagram[DATAGRAM_BYTES + 8];
	struct dhcp_answer answer;
};

/* Without fields: there is nothing that another layout should take over. */
struct dhcp_scratch {
	__u8 bytes[sizeof(struct dhcp_work)];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dhcp_scratch);
} dhcp_work SEC(".maps");

static __always_inline struct dhcp_work *work_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&dhcp_work, &zero);
}

/* Where an option belongs. Those that Java could find malformed, and that no client needs to send, are unusual. */
static __always_inline __u32 slot_of(__u8 code)
{
	switch (code) {
	case 53:
		return SLOT_TYPE;
	case 54:
		return SLOT_SERVER;
	case 50:
		return SLOT_REQUESTED;
	case 51:
		return SLOT_WISH;
	case 57:
		return SLOT_SIZE;
	case 55:
		return SLOT_LIST;
	case 61:
		return SLOT_CLIENT;
	case 82:
		return SLOT_RELAY;
	case 1:
	case 3:
	case 6:
	case 28:
	case 42:
	case 52:
	case 58:
	case 59:
	case 119:
	case 121:
		return SLOT_UNUSUAL;
	default:
		return SLOT_HARMLESS;
	}
}

/* One option of the request (RFC 2132, 2); all that is remembered is in dhcp_work. */
static long next_option(__u32 number, void *nothing)
{
	struct dhcp_work *work = work_now();
	__u32 at, bytes, slot;
	__u8 code;

	if (!work)
		return 1;
	at = work->at;
	if (at >= work->end)
		return 1;
	code = work->datagram[at & DATAGRAM_MASK];
	if (code == 255) {
		work->at = work->end;
		return 1;
	}
	if (code == 0) {
		work->at = at + 1;
		return 0;
	}
	bytes = work->datagram[(at + 1) & DATAGRAM_MASK];
	slot = slot_of(code);
	if (at + 2 + bytes > work->end || slot == SLOT_UNUSUAL) {
		work->unusual = 1;
		return 1;
	}
	work->at = at + 2 + bytes;
	if (slot < SLOTS) {
		if (work->option[slot].at) {	/* in parts (RFC 3396) */
			work->unusual = 1;
			return 1;
		}
		work->option[slot].at = at + 2;
		work->option[slot].bytes = bytes;
	}
	return 0;
}

static __always_inline __be32 word_at(struct dhcp_work *work, enum dhcp_slot slot)
{
	__be32 word;

	__builtin_memcpy(&word, &work->datagram[work->option[slot].at & DATAGRAM_MASK], 4);
	return word;
}

/* Absent, or of the length that its RFC says. */
static __always_inline int is_sound(struct dhcp_work *work, enum dhcp_slot slot, __u32 bytes)
{
	return !work->option[slot].at || work->option[slot].bytes == bytes;
}

static __always_inline __u32 sum_of_words(__be32 a, __be32 b)
{
	return (a & 0xffff) + (a >> 16) + (b & 0xffff) + (b >> 16);
}

/* Adds what the Internet checksum adds for up to twice SUM_MOST bytes, a multiple of four; negative when the kernel will
 * not. */
static __always_inline __s64 sum_of_bytes(__u8 *bytes, __u32 count, __u32 seed)
{
	__s64 sum;

	if (count <= SUM_MOST)
		return bpf_csum_diff(0, 0, (__be32 *)bytes, count, seed);
	sum = bpf_csum_diff(0, 0, (__be32 *)bytes, SUM_MOST, seed);
	return sum < 0 ? sum : bpf_csum_diff(0, 0, (__be32 *)(bytes + SUM_MOST), count - SUM_MOST, sum);
}

/* Takes the datagram at an offset of the frame into dhcp_work and finds its options. Returns 0 when all is as it should
 * be. */
__noinline int read_request(struct xdp_md *ctx, __u32 offset, __u32 bytes, __u32 pseudo)
{
	struct dhcp_work *work = work_now();

	if (!work || bytes < sizeof(struct udphdr) + BOOTP_BYTES || bytes > DATAGRAM_BYTES)
		return -1;
	if (bpf_xdp_load_bytes(ctx, offset & OFFSET_MASK, work->datagram, bytes))
		return -1;
	if (*(__be16 *)(work->datagram + 6)) {
		__s64 sum;

		__builtin_memset(&work->datagram[bytes], 0, 4);
		sum = sum_of_bytes(work->datagram, (bytes + 3) & ~3u, pseudo);
		if (sum < 0 || folded(sum) != 0xffff)
			return -1;
	}
	__builtin_memset(work->option, 0, sizeof(work->option));
	work->unusual = 0;
	work->at = sizeof(struct udphdr) + BOOTP_BYTES;
	work->end = bytes;
	bpf_loop(OPTIONS_MAX, next_option, 0, 0);
	if (work->unusual || work->at < work->end)
		return -1;
	return is_sound(work, SLOT_TYPE, 1) && is_sound(work, SLOT_SERVER, 4) && is_sound(work, SLOT_REQUESTED, 4) &&
	       is_sound(work, SLOT_WISH, 4) && is_sound(work, SLOT_SIZE, 2) ? 0 : -1;
}

/* Says whether the client asks as the one for which the profile was made. */
__noinline int asks_alike(struct xdp_md *ctx, __u32 offset, struct dhcp_profile *profile)
{
	struct dhcp_work *work = work_now();
	__u32 bytes, at;

	if (!work || !profile)
		return 0;
	if (!!work->option[SLOT_WISH].at != profile->has_wish)
		return 0;
	if (profile->has_wish && word_at(work, SLOT_WISH) != bpf_htonl(profile->wish))
		return 0;
	at = work->option[SLOT_LIST].at;
	bytes = work->option[SLOT_LIST].bytes;
	if (!at)
		return profile->list_bytes == NO_LIST;
	if (bytes != profile->list_bytes || bytes > LIST_BYTES)
		return 0;
	__builtin_memset(work->list, 0, sizeof(work->list));
	if (bytes && bpf_xdp_load_bytes(ctx, (offset & OFFSET_MASK) + at, work->list, bytes))
		return 0;
	for (int i = 0; i < LIST_BYTES / 8; i++)
		if (work->list[i] != ((__u64 *)profile->list)[i])
			return 0;
	return 1;
}

/* The digest of option 82, zeros behind it. Whoever could forge one names his own line: the key is the line. */
static __always_inline __u64 digest_of(const __u64 *words, __u32 bytes)
{
	__u64 digest = bytes;

	for (__u32 i = 0; i < RELAY_BYTES / 8; i++) {
		if (i * 8 >= bytes)
			break;
		digest = (digest ^ words[i]) * RELAY_PRIME;
		digest ^= digest >> 32;
	}
	return digest;
}

/* Says whether the access node names the line as it did, or names none where it need not. */
__noinline int same_relay(struct xdp_md *ctx, __u32 offset, struct lease *lease, __u32 has_address)
{
	struct dhcp_work *work = work_now();
	__u32 bytes, at;

	if (!work || !lease)
		return 0;
	at = work->option[SLOT_RELAY].at;
	bytes = work->option[SLOT_RELAY].bytes;
	if (!at)
		return has_address || !(lease->flags & LEASE_NEEDS_RELAY);
	if (!bytes || bytes != lease->relay_bytes || bytes > RELAY_BYTES)
		return 0;
	__builtin_memset(work->relay, 0, sizeof(work->relay));
	if (bpf_xdp_load_bytes(ctx, (offset & OFFSET_MASK) + at, work->relay, bytes))
		return 0;
	return digest_of(work->relay, bytes) == lease->relay_digest;
}

/* Copies an option of the request, code and length too. */
static __always_inline int echo_option(struct xdp_md *ctx, __u32 offset, struct dhcp_work *work, enum dhcp_slot slot)
{
	__u32 bytes = (work->option[slot].bytes & 0xff) + 2;
	__u32 at = work->option[slot].at;
	__u32 position = work->position & 511;

	if (!at)
		return 0;
	if (bpf_xdp_load_bytes(ctx, (offset & OFFSET_MASK) + at - 2, &work->answer.options[position], bytes))
		return -1;
	work->position = position + bytes;
	return 0;
}

/* Options in the order of Java: type, server, client identifier, terms, what the relay said, end. */
__noinline int write_options(struct xdp_md *ctx, __u32 offset, __u32 type, struct dhcp_profile *profile)
{
	struct dhcp_work *work = work_now();
	__u32 position;

	if (!work || !profile)
		return -1;
	__builtin_memset(work->answer.options, 0, BOOTP_LEAST - BOOTP_BYTES + 4);
	work->answer.options[0] = 53;
	work->answer.options[1] = 1;
	work->answer.options[2] = type;
	work->answer.options[3] = 54;
	work->answer.options[4] = 4;
	__builtin_memcpy(&work->answer.options[5], &work->answer.ip.saddr, 4);
	work->position = 9;
	if (echo_option(ctx, offset, work, SLOT_CLIENT))
		return -1;
	position = work->position;
	if (position > 511)
		return -1;
	for (int i = 0; i < TERMS_BYTES / 8; i++)
		*(__u64 *)&work->answer.options[position + i * 8] = ((__u64 *)profile->terms)[i];
	work->position = position + profile->terms_bytes;
	if (work->position > 511) /* else the next option would be written over the first ones */
		return -1;
	if (echo_option(ctx, offset, work, SLOT_RELAY))
		return -1;
	position = work->position & 511;
	work->answer.options[position] = 255;
	work->answer.options[position + 1] = 0;
	work->answer.options[position + 2] = 0;
	work->answer.options[position + 3] = 0;
	position += BOOTP_BYTES + 1;
	if (work->position > 511 || position > BOOTP_MOST)
		return -1;
	return position < BOOTP_LEAST ? BOOTP_LEAST : position;
}

/* Checksums of the answer, when everything else is there. */
__noinline int seal_answer(__u32 bytes)
{
	struct dhcp_work *work = work_now();
	struct dhcp_answer *answer;
	__u32 datagram = bytes + sizeof(struct udphdr), total = datagram + sizeof(struct iphdr);
	__s64 wide;
	__u16 sum;

	if (!work || bytes < BOOTP_LEAST || bytes > BOOTP_MOST)
		return -1;
	answer = &work->answer;
	answer->ip.version = 4;
	answer->ip.ihl = 5;
	answer->ip.tos = 0;
	answer->ip.tot_len = bpf_htons(total);
	answer->ip.id = 0;
	answer->ip.frag_off = bpf_htons(DONT_FRAGMENT);
	answer->ip.ttl = REPLY_TTL;
	answer->ip.protocol = IPPROTO_UDP;
	answer->ip.check = 0;
	answer->ip.check = ~folded(bpf_csum_diff(0, 0, (__be32 *)&answer->ip, sizeof(struct iphdr), 0));
	answer->udp.source = bpf_htons(67);
	answer->udp.dest = bpf_htons(68);
	answer->udp.len = bpf_htons(datagram);
	answer->udp.check = 0;
	wide = sum_of_bytes((__u8 *)&answer->udp, (datagram + 3) & ~3u,
			    sum_of_words(answer->ip.saddr, answer->ip.daddr) + bpf_htons(IPPROTO_UDP) +
				    bpf_htons(datagram));
	if (wide < 0)
		return -1;
	sum = ~folded(wide);
	answer->udp.check = sum ? sum : 0xffff;
	return 0;
}

/* Puts Ethernet and tags before the answer and the whole in place of the request. The frame grows and shrinks at its
 * head. Returns 0, or not when there is no room, and then the frame is as it was. */
static __always_inline int place_answer(struct xdp_md *ctx, const __u8 *own_mac, const __u8 *station, __u32 tags_bytes,
					__u32 bytes)
{
	struct dhcp_work *work = work_now();
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	__be16 tags[5] = {};		/* what stands between the addresses and IP */
	__u32 packet = bytes + sizeof(struct udphdr) + sizeof(struct iphdr);
	int more = sizeof(struct ethhdr) + tags_bytes + packet - (int)(end - (void *)ethernet);
	__be16 *type;

	asm volatile("" : "+r"(packet));	/* else the compiler checks another variable */
	if (!work || packet < BOOTP_LEAST || packet > sizeof(work->answer))
		return -1;
	type = (void *)ethernet + 12;
	if ((void *)(type + 5) > end)
		return -1;
	__builtin_memcpy(tags, type, sizeof(tags));
	if (tags_bytes)
		tags[1] &= bpf_htons(VID_MASK);
	if (tags_bytes > TAG_BYTES)
		tags[3] &= bpf_htons(VID_MASK);
	if (more && bpf_xdp_adjust_head(ctx, -more))
		return -1;
	ethernet = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	type = (void *)ethernet + 12;
	if ((void *)(type + 5) > end)
		return -1;
	__builtin_memcpy(ethernet->h_dest, station, 6);
	__builtin_memcpy(ethernet->h_source, own_mac, 6);
	__builtin_memcpy(type, tags, sizeof(tags));
	return bpf_xdp_store_bytes(ctx, sizeof(struct ethhdr) + tags_bytes, &work->answer, packet);
}

/* To whom the answer goes (RFC 2131, 4.1). */
static __always_inline void address_answer(struct dhcp_work *work, const struct bootp *bootp, __u32 type,
					   const struct lease *lease, __u8 *station)
{
	struct dhcp_answer *answer = &work->answer;

	__builtin_memset(&answer->bootp, 0, sizeof(answer->bootp));
	answer->bootp.operation = 2;
	answer->bootp.hardware = 1;
	answer->bootp.hardware_bytes = 6;
	answer->bootp.xid = bootp->xid;
	answer->bootp.flags = bootp->flags;
	answer->bootp.ciaddr = bootp->ciaddr;
	answer->bootp.yiaddr = lease->address;
	__builtin_memcpy(answer->bootp.chaddr, bootp->chaddr, 6);
	answer->bootp.cookie = bootp->cookie;
	answer->ip.saddr = lease->server;
	__builtin_memcpy(station, bootp->chaddr, 6);
	if (bootp->ciaddr) {
		answer->ip.daddr = bootp->ciaddr;
	} else if (bootp->flags & bpf_htons(BROADCAST_FLAG)) {
		answer->ip.daddr = bpf_htonl(INADDR_BROADCAST);
		__builtin_memset(station, 0xff, 6);
	} else {
		answer->ip.daddr = lease->address;
	}
}

/* What the request asks for: the type of the answer, or the negative verdict for which it goes to Java. */
static __always_inline int judge(struct dhcp_work *work, __be32 ciaddr, const struct lease *lease, __u64 now)
{
	__u8 type = work->option[SLOT_TYPE].at ? work->datagram[work->option[SLOT_TYPE].at & DATAGRAM_MASK] : 0;
	__be32 address = ciaddr;

	if (type != 1 && type != 3)
		return -VERDICT_FAST_OTHER_TYPE;
	if (now >= lease->expiry)
		return -VERDICT_FAST_EXPIRED;
	if (type == 1)
		return ciaddr ? -VERDICT_FAST_UNUSUAL : 2;
	if (work->option[SLOT_SERVER].at && word_at(work, SLOT_SERVER) != lease->server)
		return -VERDICT_FAST_OTHER_SERVER;
	if (!address && work->option[SLOT_REQUESTED].at)
		address = word_at(work, SLOT_REQUESTED);
	return address == lease->address ? 5 : -VERDICT_FAST_OTHER_ADDRESS;
}

static __always_inline int miss(enum verdict verdict)
{
	count(verdict);
	return 0;
}

/* Answers a DHCP request with this many bytes of tags. Returns the action, or 0 when Java must look at it. A request
 * of no known lease is not even counted: it is as if there were no fast path. */
__noinline int answer_dhcp(struct xdp_md *ctx, struct settings *settings, __u32 port_index, __u32 tags_bytes)
{
	void *start = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 zero = 0, offset, profile_index, pseudo;
	struct dhcp_work *work = work_now();
	struct dhcp_profile *profile;
	struct lease_key key = {};
	__u32 *enabled = bpf_map_lookup_elem(&dhcp_fast_path, &zero);
	struct bootp *bootp;
	struct lease *lease;
	struct iphdr *ip;
	struct udphdr *udp;
	__u8 station[6];
	__u64 now, session;
	__be16 *tags = start + sizeof(struct ethhdr);
	int type, bytes;

	tags_bytes &= 3 * TAG_BYTES;
	ip = start + sizeof(struct ethhdr) + tags_bytes;
	udp = (void *)(ip + 1);
	bootp = (void *)(udp + 1);
	if (!settings || !work || !enabled || !*enabled || (void *)(bootp + 1) > end || ip->ihl != 5)
		return 0;
	if (start + sizeof(struct ethhdr) + 2 * TAG_BYTES > end)
		return 0;
	key.port = port_index;
	key.outer_vid = tags_bytes ? tags[0] & bpf_htons(VID_MASK) : 0;
	key.inner_vid = tags_bytes > TAG_BYTES ? tags[2] & bpf_htons(VID_MASK) : 0;
	__builtin_memcpy(key.mac, bootp->chaddr, 6);
	lease = bpf_map_lookup_elem(&leases, &key);
	if (!lease)
		return 0;
	session = *(volatile __u64 *)&lease->session;
	profile_index = lease->profile;
	profile = bpf_map_lookup_elem(&dhcp_profiles, &profile_index);
	if (!profile)
		return 0;

	if (bootp->operation != 1 || bootp->hardware != 1 || bootp->hardware_bytes != 6 || bootp->giaddr ||
	    bootp->cookie != bpf_htonl(0x63825363) || !same_mac(((struct ethhdr *)start)->h_source, bootp->chaddr) ||
	    udp->len != bpf_htons(bpf_ntohs(ip->tot_len) - sizeof(*ip)))
		return miss(VERDICT_FAST_UNUSUAL);
	pseudo = sum_of_words(ip->saddr, ip->daddr) + bpf_htons(IPPROTO_UDP) + udp->len;
	offset = sizeof(struct ethhdr) + tags_bytes + sizeof(*ip);
	if (read_request(ctx, offset, bpf_ntohs(udp->len), pseudo))
		return miss(VERDICT_FAST_UNUSUAL);
	now = bpf_ktime_get_boot_ns();
	type = judge(work, bootp->ciaddr, lease, now);
	if (type < 0)
		return miss(-type);
	if (!same_relay(ctx, offset, lease, !!bootp->ciaddr))
		return miss(VERDICT_FAST_OTHER_RELAY);
	if (!asks_alike(ctx, offset, profile))
		return miss(VERDICT_FAST_OTHER_WISHES);

	address_answer(work, bootp, type, lease, station);
	bytes = write_options(ctx, offset, type, profile);
	/* a value that was removed may already be another's */
	if (bytes < 0 || seal_answer(bytes) || *(volatile __u64 *)&lease->session != session)
		return miss(VERDICT_FAST_UNUSUAL);
	if (type == 5) {
		lease->expiry = now + lease->seconds * 1000000000ULL;
		lease->last_answer = now;
		__sync_fetch_and_add(&lease->answers, 1);
	}
	if (place_answer(ctx, settings->ports[port_index & (PORTS_MAX - 1)].mac, station, tags_bytes, bytes))
		return miss(VERDICT_FAST_UNUSUAL);
	count(type == 5 ? VERDICT_FAST_ACK : VERDICT_FAST_OFFER);
	return bpf_redirect(ctx->ingress_ifindex, 0);
}

#endif
