package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.LeaseKey;
import sluice.dhcp.JavaPath;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.session.api.Authorization;
import sluice.session.api.Network;

/**
 * Answers of the fast path up to the longest that every client takes, and a byte more. The programs are those for a
 * kernel that sums no more than 512 bytes at once, as all did up to Linux 6.12; the build makes them.
 */
final class LongAnswerTest {

    private static final Path NARROW = Path.of("target/narrow/sluice/dataplane/xdp/dataplane.o");
    private static final long SESSION = 7;
    private static final LeaseKey KEY = new LeaseKey(0, 100, 7, Packets.SUBSCRIBER_MAC);
    private static final int MOST = 548; // RFC 2132, 9.10
    private static final int HEADERS = 14 + 8 + 20 + 8;
    private static final Duration LEFT = Duration.ofMinutes(10);
    private static final Bytes LIST = Bytes.of(1, 3, 6, 66);

    private Bench bench;
    private Leases leases;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench(new BpfObject(Files.readAllBytes(NARROW)));
        leases = new Leases(bench.loaded(), true);
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    /** A network whose terms are this much longer than the shortest. */
    private static JavaPath network(int more) {
        Network network = new Network(
                "home",
                Ip4Prefix.parse("10.64.0.0/22"),
                Packets.GATEWAY,
                List.of(Ip4.parse("192.0.2.53")),
                Optional.empty(),
                List.of(),
                Duration.ofDays(1),
                Map.of(66, text(more)));
        return new JavaPath(network, Packets.SUBSCRIBER, Authorization.DEFAULT, false);
    }

    private static Bytes text(int length) {
        return Bytes.utf8("x".repeat(length));
    }

    private static DhcpClient renewal(int client, int relay) {
        DhcpClient renewal = new DhcpClient(DhcpClient.REQUEST).option(55, LIST).option(61, text(client));
        if (relay > 0) {
            renewal.option(82, Bytes.of(1, relay - 2).plus(text(relay - 2)));
        }
        renewal.ciaddr = Packets.SUBSCRIBER;
        return renewal;
    }

    /** Java answers, and hands the lease over. */
    private Bytes learn(JavaPath java, Bytes frame) throws Exception {
        leases.remove(KEY, SESSION);
        JavaPath.Answer answer = java.ask(new Frame(0, frame));
        assertThat(leases.put(KEY, SESSION, Packets.SUBSCRIBER, answer.terms().orElseThrow(), LEFT))
                .isTrue();
        return answer.frame().orElseThrow();
    }

    @Test
    void answerIsThatOfJavaToTheLastByteThatEveryClientTakes() throws Exception {
        JavaPath java = network(150);
        int bytes = learn(java, renewal(40, 0).frame()).length() - HEADERS;
        assertThat(bytes).isLessThan(MOST - 40);
        for (int client = 40; bytes <= MOST; client++, bytes++) {
            Bytes frame = renewal(client, 0).frame();
            Bytes expected = learn(java, frame);
            assertThat(expected.length()).isEqualTo(bytes + HEADERS);
            Bench.Result result = bench.access(frame);
            assertThat(result.verdict()).as("%d bytes of BOOTP", bytes).isEqualTo(Verdict.FAST_ACK);
            assertThat(result.frame().slice(12)).as("%d bytes of BOOTP", bytes).isEqualTo(expected.slice(12));
        }
    }

    @Test
    void whatWouldBeLongerIsAnsweredByJava() throws Exception {
        JavaPath java = network(150);
        int most = 40 + MOST - (learn(java, renewal(40, 0).frame()).length() - HEADERS);
        for (int client = most + 1; client < 255; client++) {
            Bytes frame = renewal(client, 0).frame();
            learn(java, frame);
            assertThat(bench.access(frame))
                    .as("client of %d", client)
                    .isEqualTo(new Bench.Result(Bench.PASS, frame, Verdict.FAST_UNUSUAL));
        }
    }

    @Test
    void longRequestIsProvenAndAnswered() throws Exception {
        JavaPath java = network(10);
        for (int padding = 400; padding < 560; padding += 7) {
            DhcpClient client = renewal(10, 0);
            client.size = padding;
            Bytes frame = client.frame();
            Bytes expected = learn(java, frame);
            assertThat(bench.access(frame).frame().slice(12))
                    .as("%d bytes", padding)
                    .isEqualTo(expected.slice(12));
            Bytes spoilt = Packets.with(frame, frame.length() - 1, 1);
            assertThat(bench.access(spoilt).verdict())
                    .as("%d bytes, spoilt", padding)
                    .isEqualTo(Verdict.FAST_UNUSUAL);
        }
    }

    @Test
    void answerWithoutRoomForTheRelayOptionExtendsNothing() throws Exception {
        learn(network(240), renewal(1, 3).frame());
        for (int client = 100; client < 256; client++) {
            Bytes frame = renewal(client, 3).frame();
            assertThat(bench.access(frame))
                    .as("client of %d", client)
                    .isEqualTo(new Bench.Result(Bench.PASS, frame, Verdict.FAST_UNUSUAL));
        }
        assertThat(leases.read(KEY, SESSION).orElseThrow().answers()).isZero();
    }
}
