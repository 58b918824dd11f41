package sluice.radius.packet;

import java.io.Serial;

/** A datagram that is refused, with what is wrong. Made as often as somebody forges, so without a stack trace. */
public final class PacketRefused extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final PacketFault fault;

    public PacketRefused(PacketFault fault) {
        super(fault.label(), null, false, false);
        this.fault = fault;
    }

    public PacketFault fault() {
        return fault;
    }
}
