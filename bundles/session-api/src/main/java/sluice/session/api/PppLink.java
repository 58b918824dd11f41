package sluice.session.api;

/**
 * What LCP (RFC 1661) agreed on for an open session, as far as the data plane needs it.
 *
 * @param magic our Magic-Number, with which Echo-Requests of the subscriber are answered (RFC 1661, 5.8); 0: none was
 *     negotiated
 * @param mru largest IP packet that the subscriber takes, bytes, 68..65535; it lowers what the policy says of MTU and
 *     TCP segment size, and never raises it
 */
public record PppLink(int magic, int mru) {

    /** RFC 791, 3.2: every module must be able to forward this much. */
    private static final int MRU_MIN = 68;

    private static final int MRU_MAX = 0xffff;

    public PppLink {
        if (mru < MRU_MIN || mru > MRU_MAX) {
            throw new IllegalArgumentException("MRU " + mru + ", expected " + MRU_MIN + ".." + MRU_MAX);
        }
    }
}
