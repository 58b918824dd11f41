package sluice.pppoe;

import sluice.platform.api.Counter;

/** What links count. Ids: 1 and up stages reached, 20 line quality, 40 rejects sent, 60 frames ignored. */
enum LinkCounter implements Counter {
    LCP_OPENED(1, "LCP opened"),
    AUTHENTICATED(2, "Peers authenticated"),
    IPCP_OPENED(3, "IPCP opened"),
    IPV6CP_OPENED(4, "IPv6CP opened"),
    RENEGOTIATED(5, "LCP renegotiated by the peer of an open link"),
    RECHALLENGED(6, "Challenges of an open link"),
    PAP_FAILED(7, "Wrong passwords after which the peer may try again"),
    IPCP_ENDED(8, "IPCP ended while the link was open"),
    IPV6CP_ENDED(9, "IPv6CP ended while the link was open"),

    ECHO_SENT(20, "LCP echo requests sent"),
    ECHO_ANSWERED(21, "LCP echo requests answered by the peer"),
    ECHO_LOST(22, "LCP echo requests not answered"),
    ECHO_RECEIVED(23, "LCP echo requests of peers answered"),
    LOOPS(24, "Own magic numbers received"),

    CODE_REJECTS(40, "Unknown codes rejected"),
    PROTOCOL_REJECTS(41, "Unknown protocols rejected"),

    WRONG_PHASE(60, "PPP frames ignored, protocol not in use in this phase"),
    STALE_ANSWER(61, "Configure answers ignored, not to the last request"),
    WRONG_ANSWER(62, "Configure answers ignored, not of what was asked"),
    STALE_RESPONSE(63, "CHAP responses ignored, not to the last challenge"),
    UNKNOWN_AUTHENTICATION(64, "PAP or CHAP packets ignored, code not for an authenticator"),
    SHORT_ECHO(65, "LCP echoes ignored, shorter than their magic number"),
    STALE_ECHO(66, "LCP echo replies ignored, not to the last request"),
    DATA(67, "PPP data packets that came here instead of the data plane"),
    BAD_NAME(68, "User names refused unasked: empty, too long, or not printable"),
    REPEATED_REQUEST(69, "Configure-Requests that were acknowledged already, acknowledged again");

    private final int id;
    private final String label;

    LinkCounter(int id, String label) {
        this.id = id;
        this.label = label;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }
}
