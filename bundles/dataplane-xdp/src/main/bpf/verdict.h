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

	VERDICT_LCP_ECHO_ANSWERED = 70,
	VERDICT_FRAGMENTATION_NEEDED = 71,	/* its sender knows by ICMP */
	VERDICT_TIME_EXCEEDED = 72,	/* its sender knows by ICMP */
	VERDICT_TRUNCATED_PPPOE = 73,
	VERDICT_BAD_PPPOE = 74,		/* not version 1, type 1, code 0 */
	VERDICT_BAD_PPP = 75,		/* protocol field compressed or odd */
	VERDICT_BAD_LCP = 76,
	VERDICT_UNKNOWN_PPPOE = 77,	/* data of a session that is stopped, or not of its addresses */
	VERDICT_SPOOFED_PPPOE = 78,	/* the address of another session, or of IPoE */

	VERDICT_BAD_IP6_LENGTH = 90,	/* a jumbogram */
	VERDICT_BAD_IP6_EXTENSION = 91,
	VERDICT_BAD_IP6_SOURCE = 92,	/* multicast, loopback, reserved */
	VERDICT_LINK_LOCAL = 93,	/* of the link, and no message that is served there */
	VERDICT_BAD_ND = 94,		/* crossed a router, or has a code */
	VERDICT_ROGUE_ND = 95,		/* advertisement or redirect of a router that is none */

	/* + enum punt_class */
	VERDICT_LINE_DHCP = 100,
	VERDICT_LINE_PPPOE = 101,
	VERDICT_LINE_PPP = 102,
	VERDICT_LINE_ND = 103,
	VERDICT_LINE_ARP = 104,
	VERDICT_LINE_OTHER = 105,
	VERDICT_CLASS_DHCP = 106,
	VERDICT_CLASS_PPPOE = 107,
	VERDICT_CLASS_PPP = 108,
	VERDICT_CLASS_ND = 109,
	VERDICT_CLASS_ARP = 110,
	VERDICT_CLASS_OTHER = 111,
	VERDICT_BLOCKED_UP = 112,
	VERDICT_BLOCKED_DOWN = 113,
	VERDICT_WALLED_UP = 114,	/* to nothing that its garden allows */
	VERDICT_WALLED_DOWN = 115,

	VERDICT_FAST_OFFER = 120,
	VERDICT_FAST_ACK = 121,
	VERDICT_FAST_UNUSUAL = 122,	/* of a known lease, to Java all the same, as the next six */
	VERDICT_FAST_OTHER_TYPE = 123,	/* neither DISCOVER nor REQUEST */
	VERDICT_FAST_EXPIRED = 124,
	VERDICT_FAST_OTHER_SERVER = 125,
	VERDICT_FAST_OTHER_ADDRESS = 126,
	VERDICT_FAST_OTHER_RELAY = 127,	/* option 82 is not as it was */
	VERDICT_FAST_OTHER_WISHES = 128,	/* lease time or parameters */

	VERDICT_NO_TRANSLATION = 130,	/* there are ports for it and no NAT */

	VERDICTS = 160
};

#endif
