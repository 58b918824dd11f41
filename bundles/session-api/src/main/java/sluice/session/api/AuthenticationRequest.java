package sluice.session.api;

import java.util.Map;

/**
 * The question who a subscriber is.
 *
 * @param session Acct-Session-Id of the session to be
 * @param key line and device
 * @param protocol name of the access protocol
 * @param userName made of the operator's template
 * @param attributes what the protocol knows, by names of RADIUS dictionaries
 */
public record AuthenticationRequest(
        SessionId session, SessionKey key, String protocol, String userName, Map<String, String> attributes) {

    public AuthenticationRequest {
        attributes = Map.copyOf(attributes);
    }
}
