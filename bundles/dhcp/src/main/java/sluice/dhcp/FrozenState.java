package sluice.dhcp;

import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.session.api.IncompatibleState;
import sluice.session.api.ProtocolState;

/**
 * The bytes of a {@link DhcpState} that outlive this version of the bundle. Version 1:
 *
 * <pre>
 * +-----------+-----------+------------------------------------------
 * | version 1 | state 1   | state 1 only: port 4, frame to the end
 * +-----------+-----------+------------------------------------------
 * </pre>
 */
final class FrozenState {
    private static final int VERSION = 1;
    private static final int AUTHENTICATING = 1;
    private static final int OFFERED = 2;
    private static final int BOUND = 3;

    private static final Bytes FROZEN_OFFERED = Bytes.of(VERSION, OFFERED);
    private static final Bytes FROZEN_BOUND = Bytes.of(VERSION, BOUND);

    private FrozenState() {}

    static Bytes freeze(ProtocolState state) {
        return switch (state) {
            case DhcpState.Authenticating authenticating -> freeze(authenticating.discover());
            case DhcpState.Offered() -> FROZEN_OFFERED;
            case DhcpState.Bound() -> FROZEN_BOUND;
            default ->
                throw new IllegalArgumentException(
                        "State of another protocol: " + state.getClass().getName());
        };
    }

    static DhcpState thaw(Bytes frozen) throws IncompatibleState {
        WireReader in = new WireReader(frozen);
        try {
            int version = in.u8();
            if (version != VERSION) {
                throw new IncompatibleState("DHCP state of version " + version + ", expected " + VERSION);
            }
            DhcpState state = state(in);
            if (in.hasRemaining()) {
                throw new IncompatibleState("DHCP state with " + in.remaining() + " bytes too many");
            }
            return state;
        } catch (MalformedPacket malformed) {
            throw new IncompatibleState("DHCP state: " + malformed.getMessage());
        }
    }

    private static Bytes freeze(Frame discover) {
        return new WireWriter(6 + discover.bytes().length())
                .u8(VERSION)
                .u8(AUTHENTICATING)
                .i32(discover.port())
                .bytes(discover.bytes())
                .toBytes();
    }

    private static DhcpState state(WireReader in) throws MalformedPacket, IncompatibleState {
        int tag = in.u8();
        return switch (tag) {
            case AUTHENTICATING -> {
                int port = in.i32();
                if (port < 0) {
                    throw new IncompatibleState("DHCP state with port " + port);
                }
                yield new DhcpState.Authenticating(new Frame(port, in.rest()));
            }
            case OFFERED -> new DhcpState.Offered();
            case BOUND -> new DhcpState.Bound();
            default -> throw new IncompatibleState("DHCP state of unknown kind " + tag);
        };
    }
}
