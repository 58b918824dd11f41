/* Proof that a frame comes from where its source address is. */
#ifndef SLUICE_IDENTITY_H
#define SLUICE_IDENTITY_H

#include "subscriber.h"

/* The verdict of a frame that does not come from where its source address is, or 0. */
static __always_inline int spoof_of(struct frame *frame, const struct binding *binding, __u32 port_index)
{
	if (binding->outer_tpid != frame->outer_tpid || !same_vlan(binding->outer_tci, frame->outer_tci) ||
	    binding->inner_tpid != frame->inner_tpid || !same_vlan(binding->inner_tci, frame->inner_tci) ||
	    binding->port != port_index)
		return VERDICT_SPOOFED_LINE;
	if (binding->pppoe_session != frame->pppoe_session)
		return VERDICT_SPOOFED_PPPOE;
	if ((binding->flags & IDENTITY_MASK) != IDENTITY_LOOSE && !same_mac(binding->mac, frame->ethernet->h_source))
		return VERDICT_SPOOFED_MAC;
	return 0;
}

/* Proof of the source, which a frame passes with 0. */
static __always_inline int prove(struct frame *frame, const struct look *look, __u32 port_index)
{
	int verdict = spoof_of(frame, look->binding, port_index);

	if (!verdict)
		return 0;
	__sync_fetch_and_add(&look->subscriber->up.refused, 1);
	return (look->binding->flags & IDENTITY_MASK) == IDENTITY_LOG_ONLY ? 0 : verdict;
}

#endif
