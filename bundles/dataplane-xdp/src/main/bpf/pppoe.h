/* PPPoE session frames (RFC 2516, 4; RFC 4638): data goes on without its head, an LCP echo is answered here, what else
 * controls the session is Java's. */
#ifndef SLUICE_PPPOE_H
#define SLUICE_PPPOE_H

#include "forward.h"
#include "guard.h"

#define PPP_LCP 0xc021
#define PPP_CONTROL 0x8000	/* and above: network control, link control (RFC 1661, 2) */
#define PPP_IS_EVEN 0x0100	/* never in a protocol: its low octet is odd, its high one even */
#define LCP_ECHO_REQUEST 9	/* RFC 1661, 5.8 */
#define LCP_ECHO_REPLY 10

struct lcp_echo {
	__u8 code;
	__u8 id;
	__be16 length;		/* from `code` on */
	__be32 magic;
};

/* Reads the PPPoE head behind the tags; afterwards `payload` is what PPP carries. Returns the PPP protocol, or the negative
 * verdict of a bad frame. `length` is that of the payload; the frame may be longer by its padding. */
static __always_inline int parse_pppoe(struct frame *frame, __u32 *length)
{
	struct pppoe_head *head = frame->payload;
	__u32 protocol;

	if ((void *)(head + 1) > frame->end)
		return -VERDICT_TRUNCATED_PPPOE;
	if (head->version_type != PPPOE_VERSION_TYPE || head->code || !head->session)
		return -VERDICT_BAD_PPPOE;
	*length = bpf_ntohs(head->length);
	if (*length < PPPOE_PROTOCOL_BYTES)
		return -VERDICT_BAD_PPPOE;
	*length -= PPPOE_PROTOCOL_BYTES;
	if (*length > frame->end - (void *)(head + 1))
		return -VERDICT_TRUNCATED_PPPOE;
	protocol = bpf_ntohs(head->protocol);
	if ((protocol & PPP_IS_EVEN) || !(protocol & 1))
		return -VERDICT_BAD_PPP;
	frame->pppoe_session = head->session;
	frame->overhead += PPPOE_HEAD;
	frame->payload = head + 1;
	return protocol;
}

/* The PPPoE session of a frame, open or stopped. */
static __always_inline struct pppoe_value *known_pppoe_of(struct frame *frame, __u32 port_index)
{
	struct pppoe_key key = {
		.session = frame->pppoe_session,
		.outer_vlan = frame->outer_tci & bpf_htons(VID_MASK),
		.inner_vlan = frame->inner_tci & bpf_htons(VID_MASK),
		.port = port_index,
	};

	copy_mac(key.mac, frame->ethernet->h_source);
	return bpf_map_lookup_elem(&pppoe, &key);
}

/* The PPPoE session of a frame, if it is open. */
static __always_inline struct pppoe_value *pppoe_of(struct frame *frame, __u32 port_index)
{
	struct pppoe_value *value = known_pppoe_of(frame, port_index);
	struct subscriber *subscriber;

	if (!value)
		return 0;
	subscriber = bpf_map_lookup_elem(&subscribers, &value->index);
	return subscriber && *(volatile __u32 *)&subscriber->state & STATE_OPEN ? value : 0;
}

/* Data from a source that nobody has. That of a PPPoE session that nobody has goes to Java, a little of it: its device dialled
 * a gateway that has forgotten it, and is told. */
static __noinline int unknown_source(struct xdp_md *ctx, struct frame *frame, __u32 port_index)
{
	if (!frame->pppoe_session)
		return drop(VERDICT_UNKNOWN_SOURCE);
	if (known_pppoe_of(frame, port_index))
		return drop(VERDICT_UNKNOWN_PPPOE);
	return punt(ctx, frame, port_index, PUNT_OTHER);
}

/* Turns an echo request round; its data goes back. Returns 1 if it was one that is ours to answer, 0 if not, or the
 * negative verdict. A request with our own magic number comes back from a loop: that is for Java. */
static __always_inline int echo_lcp(struct frame *frame, __u32 length, __u32 port_index, const __u8 *own_mac)
{
	struct lcp_echo *echo = frame->payload;
	struct pppoe_value *value;

	if ((void *)(echo + 1) > frame->end || length < sizeof(*echo) || echo->code != LCP_ECHO_REQUEST)
		return 0;
	if (bpf_ntohs(echo->length) < sizeof(*echo) || bpf_ntohs(echo->length) > length)
		return -VERDICT_BAD_LCP;
	value = pppoe_of(frame, port_index);
	if (!value || (value->magic && value->magic == echo->magic))
		return 0;
	copy_mac(frame->ethernet->h_dest, frame->ethernet->h_source);
	copy_mac(frame->ethernet->h_source, own_mac);
	echo->code = LCP_ECHO_REPLY;
	echo->magic = value->magic;
	return 1;
}

/* Control frames of a session. */
static __always_inline int access_ppp(struct xdp_md *ctx, struct frame *frame, __u32 protocol, __u32 length,
				      __u32 port_index, const __u8 *own_mac)
{
	int verdict = guard(frame, port_index, protocol < PPP_CONTROL ? PUNT_OTHER : PUNT_PPP);

	if (verdict)
		return drop(verdict);
	verdict = protocol == PPP_LCP ? echo_lcp(frame, length, port_index, own_mac) : 0;
	if (verdict < 0)
		return drop(-verdict);
	if (!verdict)
		return hand_over(ctx, port_index);
	count(VERDICT_LCP_ECHO_ANSWERED);
	return bpf_redirect(ctx->ingress_ifindex, 0);
}

#endif
