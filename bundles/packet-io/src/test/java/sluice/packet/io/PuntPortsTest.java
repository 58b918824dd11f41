package sluice.packet.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.FrameSource.FrameHandler;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.MacAddress;

class PuntPortsTest {

    private static final MacAddress PORT = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress RELAY = MacAddress.parse("02:00:00:00:00:02");

    private final List<Bytes> sent = new ArrayList<>();

    @Test
    void frameWithoutSourceLeavesWithTheAddressOfItsPort() throws KernelException {
        try (PuntPorts ports = new PuntPorts(List.of(new PuntPorts.Port(PORT, List.of(new Wire()))))) {
            assertThat(ports.send(frame(MacAddress.ZERO))).isTrue();
            assertThat(ports.send(frame(RELAY))).isTrue();
        }
        assertThat(sent).containsExactly(frame(PORT).bytes(), frame(RELAY).bytes());
    }

    @Test
    void frameTooShortForASourceIsLeftAlone() throws KernelException {
        try (PuntPorts ports = new PuntPorts(List.of(new PuntPorts.Port(PORT, List.of(new Wire()))))) {
            ports.send(new Frame(0, Bytes.of(1, 2, 3)));
        }
        assertThat(sent).containsExactly(Bytes.of(1, 2, 3));
    }

    private static Frame frame(MacAddress source) {
        return new Frame(
                0,
                new EthernetFrame(MacAddress.BROADCAST, source, List.of(), EthernetFrame.IP4, Bytes.of(0x45)).encode());
    }

    /** Keeps what is sent. */
    private final class Wire implements PuntSocket {
        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public int poll(FrameHandler handler, int max) {
            return 0;
        }

        @Override
        public long lost() {
            return 0;
        }

        @Override
        public boolean send(Bytes frame) {
            return sent.add(frame);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
