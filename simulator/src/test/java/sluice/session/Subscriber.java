package sluice.session;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import sluice.dataplane.api.Frame;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.net.VlanTag;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;

/** A subscriber's device on a line of its own, which believes what it is told. Times are monotonic milliseconds. */
public interface Subscriber {

    /** By which it is known. */
    MacAddress mac();

    /** The tags of its line. */
    List<VlanTag> tags();

    /** The address that it uses now. */
    Optional<Ip4> bound(long now);

    /** What RADIUS grants whenever it is asked. */
    default Authorization granted() {
        return Authorization.DEFAULT.withAddressing(
                Addressing.NONE.withPrefixPools(Optional.of("link"), Optional.of("home")));
    }

    /** What it does next. */
    Frame act(RandomGenerator random, long now);

    /** Hears a frame that is for it, and answers. */
    List<Frame> hear(Frame frame, long now) throws MalformedPacket;

    /** Goes for ever; what it says as a farewell. */
    Optional<Frame> leave(long now);
}
