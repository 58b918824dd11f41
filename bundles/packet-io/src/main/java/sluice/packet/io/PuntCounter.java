package sluice.packet.io;

import sluice.platform.api.Counter;

/** What happens to frames between the programs and the control plane. */
public enum PuntCounter implements Counter {
    RECEIVED(1, "frames from the access ports"),
    SENT(2, "frames to the access ports"),
    RING_FULL(3, "frames not sent: transmit ring full"),
    UNKNOWN_PORT(4, "frames not sent: no such port");

    private final int id;
    private final String label;

    PuntCounter(int id, String label) {
        this.id = id;
        this.label = label;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }
}
