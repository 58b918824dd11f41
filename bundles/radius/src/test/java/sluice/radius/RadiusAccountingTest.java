package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.platform.api.Distribution;
import sluice.platform.api.Event;
import sluice.session.api.SessionEvent;

/** From the event log to a server of which the test makes every move. */
@Timeout(60)
class RadiusAccountingTest extends AccountingOverUdp {

    private static final int USER_NAME = 1;
    private static final int STATUS = 40;
    private static final int DELAY = 41;
    private static final int SESSION_ID = 44;

    @Test
    void sessionIsAccountedFromStartToStop() throws Exception {
        Instant began = clock.wall().instant();
        append(event(SessionEvent.START, "s1", Map.of()));
        UdpServer.Question start = server.take();
        assertThat(start.read().decodeRequest("acct")).isNotNull();
        assertThat(start.number(STATUS)).isEqualTo(1);
        assertThat(start.text(USER_NAME)).isEqualTo("user of s1");
        assertThat(start.number(8)).isEqualTo(0x0a40_0102L);
        assertThat(start.text(25)).isEqualTo("first");
        assertThat(start.number(55)).isEqualTo(began.getEpochSecond());
        assertThat(start.number(DELAY)).isZero();
        assertThat(start.text(31)).isEqualTo("02:5b:00:00:0a:03");
        assertThat(start.text(87)).isEqualTo("2:100.7");
        server.confirm(start);
        clock.advance(Duration.ofSeconds(90));
        append(event(
                SessionEvent.STOP,
                "s1",
                Map.of(
                        SessionEvent.INPUT_OCTETS, "5000000000",
                        SessionEvent.OUTPUT_OCTETS, "17",
                        SessionEvent.INPUT_PACKETS, "4",
                        SessionEvent.OUTPUT_PACKETS, "3",
                        SessionEvent.SESSION_START, began.toString(),
                        SessionEvent.TERMINATE_CAUSE, "Lost-Carrier")));
        UdpServer.Question stop = server.take();
        assertThat(stop.number(STATUS)).isEqualTo(2);
        assertThat(stop.number(42)).as("input is from the subscriber").isEqualTo(17);
        assertThat(stop.number(43)).isEqualTo(5_000_000_000L & 0xffff_ffffL);
        assertThat(stop.number(52)).isZero();
        assertThat(stop.number(53)).isEqualTo(1);
        assertThat(stop.number(47)).isEqualTo(3);
        assertThat(stop.number(48)).isEqualTo(4);
        assertThat(stop.number(46)).isEqualTo(90);
        assertThat(stop.number(49)).isEqualTo(2);
        server.confirm(stop);
        awaitCommitted(2);
    }

    @Test
    void sessionIsAsLongAsTheEngineSaysAndNotAsTheWallClockJumped() throws Exception { // RFC 2866, 5.7
        append(event(
                SessionEvent.UPDATE,
                "s1",
                Map.of(SessionEvent.SESSION_START, Instant.EPOCH.toString(), SessionEvent.SESSION_SECONDS, "90")));
        UdpServer.Question interim = server.take();
        assertThat(interim.number(46)).isEqualTo(90);
        server.confirm(interim);
        awaitCommitted(1);
    }

    @Test
    void sessionOfPppoeIsFramedByPpp() throws Exception { // RFC 2865, 5.6, 5.7 and RFC 4603
        append(event(SessionEvent.START, "s1", Map.of(SessionEvent.PROTOCOL, "pppoe")));
        UdpServer.Question start = server.take();
        assertThat(start.number(6)).isEqualTo(2);
        assertThat(start.number(7)).isEqualTo(1);
        assertThat(start.number(61)).isEqualTo(34);
        server.confirm(start);
        awaitCommitted(1);
    }

    @Test
    void roundTripsAreADistributionForEachServiceOfAServer() throws Exception {
        append(event(SessionEvent.START, "s1", Map.of()));
        UdpServer.Question start = server.take();
        clock.advance(Duration.ofMillis(30));
        server.confirm(start);
        awaitCommitted(1);
        Map<String, Distribution> latency = new RadiusMetrics(client, accounting)
                .metrics().stream()
                        .filter(metric -> metric.family().name().equals("bng_radius_latency_seconds"))
                        .collect(Collectors.toMap(
                                metric -> metric.labels().getFirst(),
                                metric -> metric.distribution().orElseThrow()));
        Distribution acct = Objects.requireNonNull(latency.get("acct"));
        assertThat(acct.count()).isEqualTo(1);
        assertThat(acct.sum()).isEqualTo(0.03);
        assertThat(acct.cases().get(acct.bounds().indexOf(0.02))).isZero();
        assertThat(acct.cases().get(acct.bounds().indexOf(0.05))).isEqualTo(1);
    }

    @Test
    void octetsAreWholeOnBothSidesOfEveryFourGibibytes() throws Exception { // RFC 2869, 5.1
        long[][] usage = {{0xffff_ffffL, 0x1_0000_0000L}, {0x1_0000_0001L, 0xffff_ffff_ffffL}, {0, 1}};
        for (long[] pair : usage) {
            append(event(
                    SessionEvent.UPDATE,
                    "s1",
                    Map.of(
                            SessionEvent.INPUT_OCTETS, Long.toString(pair[0]),
                            SessionEvent.OUTPUT_OCTETS, Long.toString(pair[1]))));
            UdpServer.Question interim = server.take();
            assertThat(interim.number(53) << 32 | interim.number(43)).isEqualTo(pair[0]);
            assertThat(interim.number(52) << 32 | interim.number(42)).isEqualTo(pair[1]);
            server.confirm(interim);
        }
    }

    @Test
    void recordOfASessionWaitsForTheOneBeforeAndNotForOtherSessions() throws Exception {
        append(event(SessionEvent.START, "s1", Map.of()));
        append(event(SessionEvent.UPDATE, "s1", Map.of()));
        append(event(SessionEvent.START, "s2", Map.of()));
        UdpServer.Question one = server.take();
        UdpServer.Question two = server.take();
        assertThat(List.of(one.text(SESSION_ID), two.text(SESSION_ID))).containsExactlyInAnyOrder("s1", "s2");
        assertThat(List.of(one.number(STATUS), two.number(STATUS))).containsExactly(1L, 1L);
        UdpServer.Question other = one.text(SESSION_ID).equals("s2") ? one : two;
        UdpServer.Question held = other.equals(one) ? two : one;
        server.confirm(other);
        assertThat(server.hasMore()).isFalse();
        server.confirm(held);
        UdpServer.Question interim = server.take();
        assertThat(interim.text(SESSION_ID)).isEqualTo("s1");
        assertThat(interim.number(STATUS)).isEqualTo(3);
        server.confirm(interim);
        awaitCommitted(3);
    }

    @Test
    void cursorStaysBeforeTheFirstRecordThatIsNotAnswered() throws Exception {
        append(event(SessionEvent.START, "s1", Map.of()));
        UdpServer.Question held = server.take();
        for (int i = 2; i <= 20; i++) {
            append(event(SessionEvent.START, "s" + i, Map.of()));
            server.confirm(server.take());
        }
        while (spool().waiting() > 1) {
            Thread.onSpinWait();
        }
        assertThat(spool().reader().committed()).isZero();
        server.confirm(held);
        awaitCommitted(20);
    }

    @Test
    void delayTimeGrowsAndTakesANewIdentifierWithIt() throws Exception { // RFC 2866, 5.2
        append(event(SessionEvent.START, "s1", Map.of()));
        UdpServer.Question once = server.take();
        clock.advance(Duration.ofSeconds(3));
        UdpServer.Question again = server.take();
        assertThat(again.number(DELAY)).isEqualTo(3);
        assertThat(again.id()).isNotEqualTo(once.id());
        assertThat(again.read().decodeRequest("acct")).isNotNull();
        assertThat(again.number(55)).isEqualTo(once.number(55));
        server.confirm(once); // late, and still an answer to the same record
        awaitCommitted(1);
    }

    @Test
    void recordsAreKeptForAnHourAndDeliveredWithTheirDelay() throws Exception {
        append(event(SessionEvent.START, "s1", Map.of()));
        append(event(SessionEvent.STOP, "s1", Map.of()));
        for (int i = 0; i < 3; i++) {
            server.take();
            clock.advance(Duration.ofSeconds(3));
        }
        UdpServer.Question probe = nextInTime(); // after a pause
        assertThat(probe.number(DELAY)).isBetween(9L, 30L);
        clock.advance(Duration.ofHours(1));
        UdpServer.Question late = nextInTime();
        assertThat(late.number(DELAY)).isBetween(3609L, 3640L);
        server.confirm(late);
        UdpServer.Question stop = server.take();
        assertThat(stop.number(STATUS)).isEqualTo(2);
        assertThat(stop.number(DELAY)).isBetween(3609L, 3640L);
        server.confirm(stop);
        awaitCommitted(2);
        assertThat(spool().sender().isSilent()).isFalse();
    }

    @Test
    void afterARestartNothingThatWasAnsweredIsSentAgain() throws Exception {
        append(event(SessionEvent.START, "s1", Map.of()));
        append(event(SessionEvent.START, "s2", Map.of()));
        UdpServer.Question one = server.take();
        UdpServer.Question two = server.take();
        server.confirm(one.text(SESSION_ID).equals("s1") ? one : two);
        awaitCommitted(1);
        accounting.close();
        accounting = Samples.accounting(client, journal, clock);
        UdpServer.Question again = server.take();
        assertThat(again.text(SESSION_ID)).isEqualTo("s2");
        server.confirm(again);
        awaitCommitted(2);
        assertThat(server.hasMore()).isFalse();
    }

    @Test
    void gatewayThatStartedWithoutSessionsSaysSoBeforeAnythingElse() throws Exception {
        append(event(SessionEvent.STOP, "old", Map.of()));
        append(new Event("GATEWAY_START", clock.wall().instant(), Map.of("recovered", "false")));
        append(event(SessionEvent.START, "s1", Map.of()));
        UdpServer.Question stop = server.take();
        assertThat(stop.text(SESSION_ID)).isEqualTo("old");
        assertThat(server.hasMore()).isFalse();
        server.confirm(stop);
        UdpServer.Question on = server.take();
        assertThat(on.number(STATUS)).isEqualTo(7);
        assertThat(on.text(32)).isEqualTo("bng-01");
        assertThat(server.hasMore()).isFalse();
        server.confirm(on);
        UdpServer.Question start = server.take();
        assertThat(start.text(SESSION_ID)).isEqualTo("s1");
        server.confirm(start);
        awaitCommitted(3);
    }

    @Test
    void gatewayWhoseSessionsWentOnDoesNotEndThemAtTheServer() throws Exception {
        append(new Event("GATEWAY_START", clock.wall().instant(), Map.of("recovered", "true")));
        append(new Event("GATEWAY_STOP", clock.wall().instant(), Map.of()));
        append(event(SessionEvent.UPDATE, "s1", Map.of()));
        UdpServer.Question interim = server.take();
        assertThat(interim.number(STATUS)).isEqualTo(3);
        server.confirm(interim);
        awaitCommitted(3);
    }

    @Test
    void eventThatCannotBeAccountedIsCountedAndPassed() throws Exception {
        append(new Event(SessionEvent.START, clock.wall().instant(), Map.of(SessionEvent.SESSION_ID, "s1")));
        append(new Event("ROUTER_UPDATE", clock.wall().instant(), Map.of()));
        awaitCommitted(2);
        assertThat(client.counters().get(RadiusCounter.ACCOUNTING_UNREADABLE)).isEqualTo(1);
    }

    @Test
    void thousandsOfSessionsAreDeliveredThoughEveryTenthRequestIsLost() throws Exception {
        int sessions = 3000;
        for (int i = 0; i < sessions; i++) {
            append(event(SessionEvent.START, "s" + i, Map.of()));
            append(event(SessionEvent.STOP, "s" + i, Map.of()));
        }
        Map<String, Long> last = new HashMap<>();
        int seen = 0;
        while (spool().reader().committed() < 2L * sessions) {
            if (!server.hasMore()) {
                clock.advance(Duration.ofMillis(50));
                Thread.onSpinWait();
                continue;
            }
            UdpServer.Question question = server.take();
            long status = question.number(STATUS);
            long before = last.getOrDefault(question.text(SESSION_ID), 0L);
            assertThat(status).as("Start before Stop").isGreaterThanOrEqualTo(before);
            last.put(question.text(SESSION_ID), status);
            if (++seen % 10 != 0) {
                server.confirm(question);
            }
        }
        assertThat(last).hasSize(sessions);
        assertThat(last.values()).containsOnly(2L);
    }

    /** The next request; time passes until it comes. */
    private UdpServer.Question nextInTime() throws InterruptedException {
        while (true) {
            Optional<UdpServer.Question> next = server.poll(5);
            if (next.isPresent()) {
                return next.get();
            }
            clock.advance(Duration.ofMillis(50));
        }
    }

    private Event event(String type, String session, Map<String, String> further) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(SessionEvent.SESSION_ID, session);
        fields.put(SessionEvent.USERNAME, "user of " + session);
        fields.put(SessionEvent.IP_ADDRESS, "10.64.1.2");
        fields.put(SessionEvent.MAC_ADDRESS, Samples.MAC.toString());
        fields.put(SessionEvent.NAS_PORT_ID, "2:100.7");
        fields.put(SessionEvent.CIRCUIT_ID_HEX, Samples.LINE.circuitId().toHex());
        fields.put(SessionEvent.REMOTE_ID_HEX, Samples.LINE.remoteId().toHex());
        fields.put(SessionEvent.CLASS, "6669727374");
        fields.putAll(further);
        return new Event(type, clock.wall().instant(), fields);
    }

    private void awaitCommitted(long sequence) {
        while (spool().reader().committed() < sequence) {
            Thread.onSpinWait();
        }
        assertThat(spool().reader().committed()).isEqualTo(sequence);
    }
}
