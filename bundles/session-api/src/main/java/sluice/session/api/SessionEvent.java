package sluice.session.api;

/**
 * Names of session events and of their fields in the event log; most are those of the event stream. In this log
 * <em>input is download, towards the subscriber</em>, the opposite of RADIUS.
 */
public final class SessionEvent {

    public static final String START = "SESSION_START";
    public static final String UPDATE = "SESSION_UPDATE";
    public static final String STOP = "SESSION_STOP";

    /** Policy, rates or reach changed; fields as those of {@link #UPDATE}, but for {@link #SESSION_SECONDS}. */
    public static final String POLICY_APPLY = "POLICY_APPLY";

    public static final String SESSION_ID = "session_id";
    /** Line and MAC as text, and of PPPoE the session id. */
    public static final String ACCESS_KEY = "access_key";

    public static final String CIRCUIT_ID = "circuit_id";
    public static final String REMOTE_ID = "remote_id";
    /** Text of an {@link AuthState}. */
    public static final String AUTH_STATE = "auth_state";

    public static final String STATUS = "status";
    public static final String SESSION_LAST_UPDATE = "session_last_update";
    /** What the wall clock said, right or wrong. */
    public static final String SESSION_START = "session_start";

    public static final String SESSION_END = "session_end";
    /** How long the session is or was open, whatever happened to the wall clock; of UPDATE and STOP. */
    public static final String SESSION_SECONDS = "session_seconds";

    public static final String TERMINATE_CAUSE = "terminate_cause";
    public static final String MAC_ADDRESS = "mac_address";
    /** IPv4; empty in a session of IPv6 alone. */
    public static final String IP_ADDRESS = "ip_address";

    public static final String USERNAME = "username";
    /** Towards the subscriber. */
    public static final String INPUT_OCTETS = "input_octets";
    /** From the subscriber. */
    public static final String OUTPUT_OCTETS = "output_octets";

    public static final String INPUT_PACKETS = "input_packets";
    public static final String OUTPUT_PACKETS = "output_packets";

    /** How many of {@link #INPUT_OCTETS} were IPv6. */
    public static final String INPUT_OCTETS6 = "input_octets6";
    /** How many of {@link #OUTPUT_OCTETS} were IPv6. */
    public static final String OUTPUT_OCTETS6 = "output_octets6";

    /** IPv6 prefix of the link; absent without one. */
    public static final String FRAMED_PREFIX = "framed_prefix";
    /** IPv6 prefix delegated to the subscriber; absent without one. */
    public static final String DELEGATED_PREFIX = "delegated_prefix";
    /** {@code true} while no server has confirmed the session (see {@link AuthState#isDegraded}); else absent. */
    public static final String DEGRADED = "degraded";

    /** Name of the policy in force. */
    public static final String POLICY = "policy";
    /** Name of the access protocol. */
    public static final String PROTOCOL = "protocol";
    /** Session id of RFC 2516; absent with IPoE. */
    public static final String PPPOE_SESSION = "pppoe_session";
    /** Access port and VLANs as {@code port:svlan.cvlan}. */
    public static final String NAS_PORT_ID = "nas_port_id";
    /** Circuit-id and remote-id as hexadecimal bytes, exactly as on the wire. */
    public static final String CIRCUIT_ID_HEX = "circuit_id_hex";

    public static final String REMOTE_ID_HEX = "remote_id_hex";
    /** Class attributes, hexadecimal, separated by commas, in order. */
    public static final String CLASS = "class";

    private SessionEvent() {}
}
