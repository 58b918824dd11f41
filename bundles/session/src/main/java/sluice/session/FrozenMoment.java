package sluice.session;

import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * When something was frozen, by two clocks: within one boot of the machine the monotonic clock tells how long ago that
 * was, whatever happens to the wall clock; after a boot only the wall clock can.
 *
 * @param wall milliseconds of the epoch
 * @param monotonic milliseconds
 * @param boot names the boot in which the monotonic clock counts; empty: unknown, never the same
 */
record FrozenMoment(long wall, long monotonic, String boot) {

    /**
     * How long ago it was, milliseconds: 0 when a clock went back.
     *
     * @param now by the same clocks
     */
    long millisUntil(FrozenMoment now) {
        boolean sameBoot = !boot.isEmpty() && boot.equals(now.boot) && now.monotonic >= monotonic;
        return Math.max(0, sameBoot ? now.monotonic - monotonic : now.wall - wall);
    }

    void encode(WireWriter out) {
        out.u64(wall).u64(monotonic);
        FrozenFields.text(out, boot);
    }

    static FrozenMoment decode(WireReader in) throws MalformedPacket {
        return new FrozenMoment(in.u64(), in.u64(), FrozenFields.text(in));
    }
}
