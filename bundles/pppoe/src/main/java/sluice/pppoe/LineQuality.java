package sluice.pppoe;

/**
 * What the echoes of LCP (RFC 1661, 5.8) tell of the line. Immutable. Their identifiers are numbers of their own, so
 * that echoes change nothing else of a link. It is not frozen and begins anew when the gateway does.
 *
 * @param pending whether the last Echo-Request is not answered yet
 * @param id of the last Echo-Request, 0..255
 * @param missed in a row
 * @param sent Echo-Requests
 * @param answered of these
 * @param lost of these
 * @param received packets of the peer as of the last look at them; -1 before the first
 */
record LineQuality(boolean pending, int id, int missed, long sent, long answered, long lost, long received) {

    /** Nothing is known. */
    static final LineQuality UNKNOWN = new LineQuality(false, 0, 0, 0, 0, 0, -1);

    /** Behind another Echo-Request. */
    LineQuality asked(int newId) {
        return new LineQuality(true, newId, missed, sent + 1, answered, lost, received);
    }

    /** The peer answered the last Echo-Request. */
    LineQuality heard() {
        return new LineQuality(false, id, 0, sent, answered + 1, lost, received);
    }

    /** The last Echo-Request was not answered in time. */
    LineQuality unheard() {
        return new LineQuality(false, id, missed + 1, sent, answered, lost + 1, received);
    }

    /** Packets of the peer came meanwhile, which is as good as an answer. */
    LineQuality seen(long packets) {
        return new LineQuality(false, id, 0, sent, answered, lost, packets);
    }

    /** The count of packets as of now, which says nothing yet. */
    LineQuality from(long packets) {
        return new LineQuality(pending, id, missed, sent, answered, lost, packets);
    }

    /** The link begins anew; the counts go on. */
    LineQuality restarted() {
        return new LineQuality(false, id, 0, sent, answered, lost, received);
    }
}
