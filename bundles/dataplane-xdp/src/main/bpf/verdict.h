/* What became of a frame: the index of its counter. Ids are stable, for they are metrics; the Java enum Verdict
 * has the same ids, compared with this object's BTF by a test. */
#ifndef SLUICE_VERDICT_H
#define SLUICE_VERDICT_H

enum verdict {
	VERDICT_FORWARDED_UP = 0,
	VERDICT_FORWARDED_DOWN = 1,
	VERDICT_PUNTED = 2,
	VERDICT_ARP_ANSWERED = 3,
	VERDICT_ECHO_ANSWERED = 4,
	VERDICT_PASSED = 5,
	VERDICT_PUNT_UNHEARD = 6,	/* no socket took it: left to the kernel */

	VERDICT_TRUNCATED_ETHERNET = 16,
	VERDICT_TRUNCATED_VLAN = 17,
	VERDICT_TRUNCATED_ARP = 18,
	VERDICT_TRUNCATED_IP = 19,
	VERDICT_TRUNCATED_UDP = 20,
	VERDICT_TRUNCATED_ICMP = 21,
	VERDICT_BAD_VLAN_STACK = 22,	/* a third tag, or TPIDs in an order that is not ours */
	VERDICT_BAD_SOURCE_MAC = 23,
	VERDICT_BAD_IP_VERSION = 24,
	VERDICT_BAD_IP_HEADER_LENGTH = 25,
	VERDICT_BAD_IP_TOTAL_LENGTH = 26,
	VERDICT_BAD_IP_CHECKSUM = 27,
	VERDICT_BAD_ARP = 28,
	VERDICT_BAD_DESTINATION = 29,	/* multicast, loopback, this network, class E */

	VERDICT_NOT_FOR_US = 40,	/* unicast to another station */
	VERDICT_ARP_NOT_GATEWAY = 41,
	VERDICT_TO_GATEWAY = 42,	/* to a gateway address, neither DHCP nor echo */
	VERDICT_UNKNOWN_PORT = 43,
	VERDICT_UNKNOWN_SOURCE = 44,
	VERDICT_SPOOFED_LINE = 45,	/* the address of another port or other tags */
	VERDICT_SPOOFED_MAC = 46,
	VERDICT_IPV6 = 47,
	VERDICT_PPPOE = 48,
	VERDICT_OTHER_PROTOCOL = 49,

	VERDICT_TTL_EXPIRED = 60,
	VERDICT_POLICED_UP = 61,
	VERDICT_POLICED_DOWN = 62,
	VERDICT_TOO_BIG = 63,
	VERDICT_NO_NEXT_HOP = 64,
	VERDICT_NO_HEADROOM = 65,
	VERDICT_ENTRY_BUSY = 66,	/* rewritten twice while one frame looked */
	VERDICT_NOT_CONFIGURED = 67,

	VERDICTS = 96
};

#endif
