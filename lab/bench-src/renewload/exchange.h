// What renewload and its BPF programs share: clients with their requests and the replies that are right, and how a run
// goes.

#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <linux/types.h>

#define EXCHANGE_BYTES_MAX 448 // of a frame, a multiple of a word
#define EXCHANGE_WORD 8

// One client.
struct exchange {
	__u64 asked; // when its newest request was due, ns of the monotonic clock
	__u64 under_way;
	__u32 reply_bytes;
	__u32 reserved;
	__u8 request[EXCHANGE_BYTES_MAX];
	__u8 reply[EXCHANGE_BYTES_MAX];
};

// Above: what is wanted. Below: what has happened.
struct run {
	__u32 ifindex; // where requests are put
	__u32 clients;
	__u32 first; // number of client 0
	__u32 request_bytes; // the same for all
	__u32 xid_at; // in a reply
	__u32 window; // closed loop: so many under way
	__u64 interval; // open loop: from one request to the next, picoseconds; 0: closed loop
	__u64 timeout; // ns, after which a request of the closed loop is lost
	__u64 renewals;

	__u64 begin;
	__u64 last_answer;
	__u64 sent;
	__u64 oldest; // number of a request: all before it are answered or lost
	__u64 answered;
	__u64 lost;
	__u64 late;
	__u64 wrong; // replies that are not, byte by byte, the right one
	__u64 foreign;
};

#endif
