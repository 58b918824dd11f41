package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.loop.Closer;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.packet.io.NetworkDevice;
import sluice.testkit.Namespace;

/** TCP between real stacks through a policy, at a round trip of 20 ms. */
@Timeout(60)
final class TcpRateTest {

    private static final long RATE = 100_000_000;
    private static final Policer POLICER = new Policer(RATE, RATE / 8 / 10); // 100 ms
    private static final long ONE_WAY_NANOS = 10_000_000;
    private static final int ATTEMPTS = 3; // the line is a thread of this machine, which may be busy
    private static final String HOST = "10.64.0.10";

    /** {@code iperf3 --json} reports the receiver's average last. */
    private static final Pattern RECEIVED =
            Pattern.compile("\"sum_received\":\\s*\\{[^}]*\"bits_per_second\":\\s*([0-9.e+]+)");

    @ParameterizedTest
    @ValueSource(strings = {"--no-delay", "--reverse"})
    void tcpComesWithinTenPercentOfItsRate(String direction) throws Exception {
        Privileged.assumeNamespaces();
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/iperf3")), "needs iperf3");
        try (Closer closer = new Closer()) {
            FarEnds ends = closer.add(new FarEnds(1600));
            Namespace host = closer.add(new Namespace("xdpe-host"));
            Namespace.connect(host, "eth0", ends.access(), "port0", 1500);
            host.ip("address", "add", HOST + "/22", "dev", "eth0");
            host.ip("route", "add", "default", "via", Packets.GATEWAY.toString());
            ends.core().ip("route", "add", "10.64.0.0/22", "via", "10.99.0.1");
            MacAddress mac = host.call(() -> NetworkDevice.of("eth0")).mac();
            XdpDataPlane dataPlane = ends.start();
            dataPlane.install(new SubscriberEntry(1, 0, Packets.DOUBLE, mac, Ip4.parse(HOST), POLICER, POLICER));
            closer.add(new DelayedLine(ends.access(), "port0", "acc0", Packets.DOUBLE, ONE_WAY_NANOS));
            double rate = 0;
            for (int attempt = 0; attempt < ATTEMPTS && Math.abs(rate - RATE) > RATE / 10.0; attempt++) {
                rate = measure(host, ends.core(), direction);
            }
            assertThat(rate).isCloseTo((double) RATE, Percentage.withPercentage(10));
        }
    }

    private static double measure(Namespace host, Namespace core, String direction) throws Exception {
        Process server = core.start("iperf3", "--server", "--one-off", "--forceflush");
        try {
            assertThat(server.inputReader().readLine()).startsWith("---");
            String target = FarEnds.CORE_ROUTER.toString();
            String report = host.exec("iperf3", "--client", target, "--time", "4", "--omit", "1", "--json", direction);
            Matcher received = RECEIVED.matcher(report);
            assertThat(received.find()).as(report).isTrue();
            return Double.parseDouble(received.group(1));
        } finally {
            server.destroy();
            server.waitFor();
        }
    }
}
