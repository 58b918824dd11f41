package sluice.session.api;

/** Kinds of control frames, by which the engine finds the protocol that is responsible. */
public enum FrameKind {
    /** IPv4, UDP to port 67 (RFC 2131). */
    DHCP4,
    /** Ethertype 0x8863 or 0x8864 (RFC 2516). */
    PPPOE,
    /** IPv6 neighbour discovery, router solicitation or DHCPv6. */
    IPV6,
    /** Anything else. */
    OTHER
}
