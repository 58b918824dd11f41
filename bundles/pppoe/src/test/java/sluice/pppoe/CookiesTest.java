package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.VlanId;
import sluice.net.VlanTag;

class CookiesTest {
    private static final MacAddress STATION = MacAddress.parse("02:00:00:00:00:17");
    private static final LineId LINE = line(0, 100, 7);
    private static final long NOW = 95_000;

    private final Cookies cookies = new Cookies(new Random(7));
    private final Bytes cookie = cookies.issue(LINE, STATION, NOW);

    @Test
    void cookieIsGoodWhereItWasGiven() {
        assertThat(cookies.check(cookie, LINE, STATION, NOW)).isEqualTo(Cookies.Verdict.GOOD);
    }

    @Test
    void circuitIdThatOnlySomeFramesCarryDoesNotMatter() {
        LineId named = new LineId(0, 100, 7, Bytes.utf8("1/0/3"), Bytes.EMPTY);
        assertThat(cookies.check(cookie, named, STATION, NOW)).isEqualTo(Cookies.Verdict.GOOD);
    }

    @Test
    void cookieIsOfNoOtherDeviceOrLine() {
        MacAddress other = MacAddress.parse("02:00:00:00:00:18");
        assertThat(cookies.check(cookie, LINE, other, NOW)).isEqualTo(Cookies.Verdict.FORGED);
        for (LineId line : List.of(line(1, 100, 7), line(0, 101, 7), line(0, 100, 8), line(0, 7, 100))) {
            assertThat(cookies.check(cookie, line, STATION, NOW)).isEqualTo(Cookies.Verdict.FORGED);
        }
    }

    @Test
    void cookieWithAnyBitChangedIsForged() {
        for (int bit = 0; bit < cookie.length() * 8; bit++) {
            byte[] bytes = cookie.toArray();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(cookies.check(Bytes.adopt(bytes), LINE, STATION, NOW)).isEqualTo(Cookies.Verdict.FORGED);
        }
        assertThat(cookies.check(cookie.slice(1), LINE, STATION, NOW)).isEqualTo(Cookies.Verdict.FORGED);
        assertThat(cookies.check(Bytes.EMPTY, LINE, STATION, NOW)).isEqualTo(Cookies.Verdict.FORGED);
    }

    @Test
    void cookieLivesThroughTheNextSlot() {
        assertThat(cookies.check(cookie, LINE, STATION, 149_999)).isEqualTo(Cookies.Verdict.GOOD);
        assertThat(cookies.check(cookie, LINE, STATION, 150_000)).isEqualTo(Cookies.Verdict.STALE);
        assertThat(cookies.check(cookie, LINE, STATION, 89_999)).isEqualTo(Cookies.Verdict.STALE);
    }

    @Test
    void cookieOfAnEarlierLifeIsForged() {
        Cookies next = new Cookies(new Random(8));
        assertThat(next.check(cookie, LINE, STATION, NOW)).isEqualTo(Cookies.Verdict.FORGED);
    }

    @Test
    void clocksMayBeginBelowZero() {
        Bytes early = cookies.issue(LINE, STATION, -1);
        assertThat(cookies.check(early, LINE, STATION, 29_999)).isEqualTo(Cookies.Verdict.GOOD);
        assertThat(cookies.check(early, LINE, STATION, 30_000)).isEqualTo(Cookies.Verdict.STALE);
    }

    @Test
    void sessionIdIsTheSameForARepeatedRequestOnly() {
        int id = cookies.sessionId(cookie, Bytes.of(1));
        assertThat(cookies.sessionId(cookie, Bytes.of(1))).isEqualTo(id);
        assertThat(cookies.sessionId(cookie, Bytes.of(2))).isNotEqualTo(id);
        assertThat(cookies.sessionId(cookies.issue(LINE, STATION, NOW), Bytes.of(1)))
                .isNotEqualTo(id);
    }

    @Test
    void sessionIdsAreSpreadAndNeverReserved() {
        Set<Integer> ids = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            ids.add(cookies.sessionId(cookies.issue(LINE, STATION, NOW), Bytes.EMPTY));
        }
        assertThat(ids).doesNotContain(0, 0xffff).hasSizeGreaterThan(16_000);
    }

    private static LineId line(int port, int svlan, int cvlan) {
        return LineId.of(
                port,
                List.of(VlanTag.service(new VlanId(svlan)), VlanTag.customer(new VlanId(cvlan))),
                Bytes.EMPTY,
                Bytes.EMPTY);
    }
}
