package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.MacAddress;
import sluice.packet.io.NetworkDevice;

/** TCP between real stacks through a queue, and through a policer. */
@Timeout(90)
final class TcpShapingTest {

    private static final Logger LOG = LoggerFactory.getLogger(TcpShapingTest.class);
    private static final long RATE = 50_000_000;
    private static final Policer POLICER = new Policer(RATE, RATE / 8 / 20); // 50 ms
    private static final Pattern RECEIVED =
            Pattern.compile("\"sum_received\":\\s*\\{[^}]*\"bits_per_second\":\\s*([0-9.e+]+)");
    private static final Pattern RETRANSMITTED = Pattern.compile("\"sum_sent\":\\s*\\{[^}]*\"retransmits\":\\s*(\\d+)");

    private record Result(double rate, int retransmits) {}

    @Test
    void queueHoldsTheRateWithFewerRetransmitsThanAPolicer() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/iperf3")), "needs iperf3");
        Result shaped = measure(Shaping.HTB);
        Result policed = measure(Shaping.POLICER);
        LOG.info("at {} bit/s: shaped {}, policed {}", RATE, shaped, policed);
        assertThat(shaped.rate()).isBetween(0.85 * RATE, 1.02 * RATE);
        assertThat(shaped.retransmits()).isLessThan(Math.max(100, policed.retransmits() / 2));
    }

    private static Result measure(Shaping shaping) throws Exception {
        try (Ends ends = new Ends()) {
            ends.homes.ip("address", "add", Ends.ALICE + "/20", "dev", "acc0");
            ends.homes.ip("route", "add", "default", "via", Ends.GATEWAY.toString());
            ends.internet.ip("link", "set", "net0", "address", Ends.ROUTERS_MAC.toString());
            ends.internet.ip("address", "add", Ends.ROUTER + "/24", "dev", "net0");
            ends.internet.ip("route", "add", "10.64.0.0/20", "via", "10.99.0.1");
            MacAddress mac = ends.homes.call(() -> NetworkDevice.of("acc0")).mac();
            LinuxDataPlane dataPlane = ends.start(shaping, 64);
            ends.closeLater(dataPlane::close);
            dataPlane.install(new SubscriberEntry(1, 0, List.of(), mac, Ends.ALICE, POLICER, POLICER));
            Process server = ends.internet.start("iperf3", "--server", "--one-off", "--forceflush");
            try {
                assertThat(server.inputReader().readLine()).startsWith("---");
                String report = ends.homes.exec(
                        "iperf3",
                        "--client",
                        Ends.ROUTER.toString(),
                        "--time",
                        "4",
                        "--omit",
                        "1",
                        "--json",
                        "--reverse");
                return new Result(
                        Double.parseDouble(only(RECEIVED, report)), Integer.parseInt(only(RETRANSMITTED, report)));
            } finally {
                server.destroy();
                server.waitFor();
            }
        }
    }

    private static String only(Pattern pattern, String report) {
        Matcher matcher = pattern.matcher(report);
        assertThat(matcher.find()).as(report).isTrue();
        return matcher.group(1);
    }
}
