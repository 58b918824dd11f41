package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.FrameSource.FrameHandler;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PacketSocket;
import sluice.packet.io.PuntLimits;

/** A frame for the control plane costs no memory of the virtual machine until somebody wants to keep it. */
@Timeout(60)
final class PuntAllocationTest {

    private static final int WARM_UP = 20_000;
    private static final int FRAMES = 50_000;
    private static final int FEW = 32;
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final Bytes FRAME = Packets.dhcp(Packets.DOUBLE, 300);

    private final ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final MonotonicClock clock = MonotonicClock.system();
    private FarEnds ends;
    private long octets;

    @BeforeEach
    void build() throws Exception {
        Privileged.assumeNamespaces();
        ends = new FarEnds(1600);
    }

    @AfterEach
    void tearDown() {
        if (ends != null) {
            ends.close();
        }
    }

    /** Where frames come from. */
    private interface Source {
        int poll(FrameHandler handler, int max);
    }

    /** Receives so many frames and gives the bytes that this thread allocated while it polled. */
    private long receive(Source source, int frames) throws Exception {
        FrameHandler handler = (port, memory, offset, length) -> octets += length;
        long patience = clock.nanos() + PATIENCE_NANOS;
        long allocated = 0;
        int received = 0;
        while (received < frames) {
            assertThat(clock.nanos()).as("frames are under way").isLessThan(patience);
            for (int i = 0; i < FEW; i++) {
                ends.subscriber().trySend(FRAME);
            }
            long before = thread.getCurrentThreadAllocatedBytes();
            received += source.poll(handler, FEW);
            allocated += thread.getCurrentThreadAllocatedBytes() - before;
        }
        return allocated;
    }

    private void assertFree(Source source) throws Exception {
        receive(source, WARM_UP);
        octets = 0;
        assertThat(receive(source, FRAMES)).as("bytes for %d frames", FRAMES).isLessThan(FRAMES);
        assertThat(octets).isGreaterThanOrEqualTo((long) FRAMES * FRAME.length());
    }

    @Test
    void throughAfXdp() throws Exception {
        XdpSettings settings = new XdpSettings(
                List.of(FarEnds.CORE_ROUTER), ends.pins(), XdpLinks.Mode.AUTO, 4096, new PuntLimits(0, Map.of()));
        XdpDataPlane dataPlane =
                ends.gateway().call(() -> new XdpDataPlane(FarEnds.HARDWARE, settings, TagStripping::byDriver));
        try {
            assertFree(dataPlane::poll);
        } finally {
            dataPlane.close();
        }
    }

    @Test
    void throughAPacketSocket() throws Exception {
        try (PacketSocket socket = ends.gateway().call(() -> new PacketSocket(NetworkDevice.of("trunk0"), 0))) {
            assertFree(socket::poll);
        }
    }
}
