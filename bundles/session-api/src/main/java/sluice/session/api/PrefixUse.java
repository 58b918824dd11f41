package sluice.session.api;

/** What a subscriber does with an IPv6 prefix. A receiver needs a {@code default} branch: uses are added. */
public enum PrefixUse {
    /** It is that of the link (Framed-IPv6-Prefix, RFC 3162, 2.3). */
    FRAMED,
    /** It is the subscriber's to divide (Delegated-IPv6-Prefix, RFC 4818). */
    DELEGATED,
    /** It lies behind the subscriber (Framed-IPv6-Route, RFC 3162, 2.5). */
    ROUTED
}
