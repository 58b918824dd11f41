package sluice.pppoe;

/** The timers of a link; at most one of each runs. */
enum LinkTimer {
    LCP("lcp"),
    IPCP("ipcp"),
    IPV6CP("ipv6cp"),
    AUTHENTICATION("authentication"),
    /** Time to challenge the peer anew. */
    RECHALLENGE("rechallenge"),
    ECHO("echo"),
    /** Time to ask for an address again that an older session had. */
    ADDRESS("address"),
    /** Time to open again what an older session was in the way of. */
    OPEN("open"),
    /** Bounds the whole way to an open link. */
    SETUP("setup");

    private final String id;

    LinkTimer(String id) {
        this.id = id;
    }

    /** Stable name, for the engine's timers. */
    String id() {
        return id;
    }
}
