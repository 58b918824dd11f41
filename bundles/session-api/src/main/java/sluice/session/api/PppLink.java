package sluice.session.api;

/**
 * What LCP (RFC 1661) agreed on for an open session, as far as the data plane needs it.
 *
 * @param magic our Magic-Number, with which Echo-Requests of the subscriber are answered (RFC 1661, 5.8); 0: none was
 *     negotiated
 * @param mru largest IP packet that the subscriber takes, bytes, 68..65535; it lowers what the policy says of MTU and
 *     TCP segment size, and never raises it
 * @param ip4 whether the session has IPv4, or is about to (RFC 1332); without it no IPv4 packet passes, and an address
 *     that the session had is given back
 * @param ip6 whether it has IPv6, or is about to (RFC 5072); without it no prefix of the session passes packets
 */
public record PppLink(int magic, int mru, boolean ip4, boolean ip6) {

    /** RFC 791, 3.2: every module must be able to forward this much. */
    private static final int MRU_MIN = 68;

    private static final int MRU_MAX = 0xffff;

    /** With whatever was granted. */
    public PppLink(int magic, int mru) {
        this(magic, mru, true, true);
    }

    public PppLink {
        if (mru < MRU_MIN || mru > MRU_MAX) {
            throw new IllegalArgumentException("MRU " + mru + ", expected " + MRU_MIN + ".." + MRU_MAX);
        }
    }
}
