package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

class NegotiationsTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T10:00:00Z");
    private static final SessionKey KEY = new SessionKey(
            LineId.of(0, List.of(), Bytes.EMPTY, Bytes.EMPTY), MacAddress.parse("02:00:00:00:00:17"), 4711);

    private final Deque<Instant> readings = new ArrayDeque<>();
    private final Negotiations negotiations = new Negotiations(() -> readings.isEmpty() ? BEGIN : readings.remove());

    @Test
    void packetsAreShownWithTheirTimeAndWay() {
        readings.addAll(List.of(BEGIN, BEGIN.plusMillis(12), BEGIN.plusMillis(1500)));
        SessionId session = new SessionId(10);
        negotiations.note(session, KEY, true, PppoeFrame.PADR, Bytes.fromHex("01010000"));
        negotiations.note(session, KEY, false, PppoeFrame.DATA, Bytes.fromHex("c02105010004"));
        negotiations.remark(session, KEY, "No answer");
        assertThat(negotiations.table().rows())
                .containsExactly(
                        row("0.000", "in", "PADR service=\"\""),
                        row("0.012", "out", "LCP TermReq id=0x1"),
                        row("1.500", "", "No answer"));
    }

    @Test
    void passwordIsNotKept() {
        Bytes request = Bytes.fromHex("c023" + "0101000d" + "03626f62" + "05" + "736573616d");
        negotiations.note(new SessionId(1), KEY, true, PppoeFrame.DATA, request);
        Bytes lying = Bytes.fromHex("c023" + "0101000d" + "7f626f62" + "05" + "736573616d");
        negotiations.note(new SessionId(1), KEY, true, PppoeFrame.DATA, lying);
        assertThat(negotiations.table().rows().stream().map(row -> row.get(6)))
                .hasSize(2)
                .noneMatch(text -> text.contains("sesam") || text.contains("736573616d"))
                .first()
                .asString()
                .contains("bob");
    }

    @Test
    void echoesAreNotKept() {
        negotiations.note(new SessionId(1), KEY, true, PppoeFrame.DATA, Bytes.fromHex("c0210901000800000000"));
        assertThat(negotiations.table().rows()).isEmpty();
    }

    @Test
    void oldestSessionsAndLatestPacketsAreLeftOut() {
        for (int session = 1; session <= Negotiations.SESSIONS_MAX + 1; session++) {
            for (int packet = 0; packet <= Negotiations.PACKETS_MAX; packet++) {
                negotiations.note(new SessionId(session), KEY, true, PppoeFrame.PADT, Bytes.EMPTY);
            }
        }
        assertThat(negotiations.table().rows())
                .hasSize(Negotiations.SESSIONS_MAX * Negotiations.PACKETS_MAX)
                .first()
                .satisfies(row -> assertThat(row.getFirst()).isEqualTo(new SessionId(2).toString()));
    }

    private static List<String> row(String after, String way, String packet) {
        return List.of(new SessionId(10).toString(), "02:00:00:00:00:17", "4711", BEGIN.toString(), after, way, packet);
    }
}
