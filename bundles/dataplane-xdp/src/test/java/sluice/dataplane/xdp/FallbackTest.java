package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;
import sluice.packet.io.NetworkDevice;

/** What the data plane does by itself where a device cannot do what it would like best. */
@Timeout(60)
final class FallbackTest {

    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final int TRIES = 50;

    @BeforeEach
    void assume() {
        Privileged.assumeNamespaces();
    }

    private static List<Frame> punted(XdpDataPlane dataPlane) {
        List<Frame> punted = new ArrayList<>();
        for (int i = 0; i < TRIES && punted.isEmpty(); i++) {
            dataPlane.await(PATIENCE);
            dataPlane.poll(
                    (port, memory, offset, length) -> punted.add(new Frame(
                            port, Bytes.copyOf(memory.asSlice(offset, length).asByteBuffer()))),
                    64);
        }
        return punted;
    }

    @Test
    void whereTheDriverRefusesProgramsTheStackRunsThem() throws Exception {
        try (FarEnds ends = new FarEnds(9000)) { // too large for native XDP on veth
            XdpDataPlane dataPlane = ends.start();
            dataPlane.install(FarEnds.entry(Policer.UNLIMITED));
            ends.subscriber().send(ends.up(1, 100));
            ends.server().send(ends.down(2, 100));
            assertThat(ends.server().numbers()).containsExactly(1L);
            assertThat(ends.subscriber().numbers()).containsExactly(2L);
            assertThat(ends.gateway().ip("link", "show", "trunk0")).contains("xdpgeneric");
            assertThat(ends.gateway().ip("link", "show", "core0"))
                    .contains("xdp")
                    .doesNotContain("xdpgeneric");
        }
    }

    @Test
    void whereAfXdpIsTakenAPacketSocketHearsThePuntedFramesWithBothTags() throws Exception {
        try (FarEnds ends = new FarEnds(1600);
                XdpSocket other = ends.gateway().call(() -> new XdpSocket(NetworkDevice.of("trunk0"), 0, 0))) {
            assertThat(other.descriptor()).isPositive();
            XdpDataPlane dataPlane = ends.start();
            Bytes discover = Packets.dhcp(Packets.DOUBLE, 300);
            ends.subscriber().send(discover);
            assertThat(punted(dataPlane)).containsExactly(new Frame(0, discover));
            assertThat(dataPlane.verdicts()).containsEntry(Verdict.PUNT_UNHEARD, 1L);
            Bytes offer = ends.toSubscriber(9, 300);
            assertThat(dataPlane.send(new Frame(0, offer))).isTrue();
            dataPlane.flush();
            assertThat(ends.subscriber().numbers()).containsExactly(9L);
        }
    }

    /** The sender's processors are told the queue. */
    @ParameterizedTest
    @CsvSource({"32, 16, PUNTED", "32, 31, PUNTED", "80, 63, PUNTED", "80, 64, PUNT_UNHEARD", "80, 79, PUNT_UNHEARD"})
    void framesOfEveryReceiveQueueAreHeard(int queues, int queue, Verdict verdict) throws Exception {
        try (FarEnds ends = new FarEnds(1600, queues)) {
            XdpDataPlane dataPlane = ends.start();
            String all = "/sys/class/net/acc0/queues/tx-" + queue + "/xps_cpus";
            ends.access()
                    .exec(
                            "unshare",
                            "-m",
                            "sh",
                            "-c",
                            "mount -t sysfs sysfs /sys && printf %x $(((1 << $(nproc --all)) - 1)) > " + all);
            Bytes discover = Packets.dhcp(Packets.DOUBLE, 300);
            ends.subscriber().send(discover);
            assertThat(punted(dataPlane)).containsExactly(new Frame(0, discover));
            assertThat(dataPlane.verdicts()).containsEntry(verdict, 1L);
        }
    }
}
