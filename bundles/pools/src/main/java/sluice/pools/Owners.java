package sluice.pools;

import sluice.net.Bytes;
import sluice.net.WireWriter;
import sluice.session.api.PrefixUse;
import sluice.session.api.SessionKey;

/** Names who had something last, over sessions and restarts: line and device in a few bytes, never two the same. */
final class Owners {

    private Owners() {}

    /** Of an address. */
    static Bytes of(SessionKey key) {
        return write(new WireWriter(64), key);
    }

    /** Of a prefix: a session may have one for each use, out of one pool. */
    static Bytes of(SessionKey key, PrefixUse use) {
        return write(new WireWriter(64).u8(use.ordinal()), key);
    }

    private static Bytes write(WireWriter out, SessionKey key) {
        return out.mac(key.mac())
                .u16(key.line().port())
                .u16(key.line().svlan())
                .u16(key.line().cvlan())
                .u16(key.line().circuitId().length())
                .bytes(key.line().circuitId())
                .bytes(key.line().remoteId())
                .toBytes();
    }
}
