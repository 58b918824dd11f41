package sluice.pppoe;

import java.util.List;
import java.util.Map;
import sluice.net.VlanTag;
import sluice.session.api.ProtocolState;

/**
 * Where a session stands. Line, device and session id are its key; address, authorization and timers are the engine's.
 *
 * @param tags of frames to the subscriber, outermost first
 * @param opening names the PADR with which the session began, so that a repetition is known
 * @param payloadMax longest PPP payload that goes either way, bytes (RFC 4638)
 * @param attributes what the access node said of the line, by names of RADIUS dictionaries
 * @param link the point-to-point protocol
 */
record PppoeState(List<VlanTag> tags, long opening, int payloadMax, Map<String, String> attributes, Link link)
        implements ProtocolState {
    PppoeState {
        tags = List.copyOf(tags);
        attributes = Map.copyOf(attributes);
    }

    PppoeState with(Link next) {
        return new PppoeState(tags, opening, payloadMax, attributes, next);
    }
}
