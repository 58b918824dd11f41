package sluice.session.api;

import java.util.Map;
import java.util.Optional;

/**
 * The question who a subscriber is.
 *
 * @param session Acct-Session-Id of the session, or of the one to be
 * @param key line and device
 * @param protocol name of the access protocol
 * @param userName as the subscriber calls himself, or made of the operator's template
 * @param attributes what the protocol knows, by names of RADIUS dictionaries
 * @param credentials the subscriber's own proof; empty where the line is the proof
 * @param again whether it is asked about a session that is open already
 */
public record AuthenticationRequest(
        SessionId session,
        SessionKey key,
        String protocol,
        String userName,
        Map<String, String> attributes,
        Optional<Credentials> credentials,
        boolean again) {

    public AuthenticationRequest {
        attributes = Map.copyOf(attributes);
    }

    /** About a new session whose line is the proof. */
    public AuthenticationRequest(
            SessionId session, SessionKey key, String protocol, String userName, Map<String, String> attributes) {
        this(session, key, protocol, userName, attributes, Optional.empty(), false);
    }
}
