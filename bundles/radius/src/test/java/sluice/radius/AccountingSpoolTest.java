package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.loop.MonotonicClock;
import sluice.platform.api.Event;
import sluice.radius.packet.RadiusDictionary;
import sluice.session.api.SessionEvent;

/** What the spool does when servers are away, refuse, or come back. */
@Timeout(120)
class AccountingSpoolTest extends AccountingOverUdp {

    private static final int STATUS = 40;
    private static final int SESSION_ID = 44;

    @Test
    void sessionThatServersRefuseIsSetAsideAndHoldsNobodyUp() throws Exception {
        append(SessionEvent.START, "refused");
        append(SessionEvent.UPDATE, "refused");
        int others = serveUntil(() -> spool().aside().size() == 2, "refused");
        until(() -> spool().reader().committed() == 2 + others, "refused");
        assertThat(client.counters().get(RadiusCounter.ACCOUNTING_SET_ASIDE)).isEqualTo(2);
        append(SessionEvent.STOP, "refused");
        until(() -> spool().reader().committed() == 3 + others, "refused");
        assertThat(spool().aside().size()).isEqualTo(3);
        assertThat(spool().oldest()).isPresent();
    }

    @Test
    void recordsSetAsideSurviveARestartAndAreDeliveredInOrderWhenTheServerTakesThem() throws Exception {
        append(SessionEvent.START, "refused");
        append(SessionEvent.STOP, "refused");
        serveUntil(() -> spool().aside().size() == 2, "refused");
        until(() -> spool().waiting() == 0, "refused");
        accounting.close();
        while (server.hasMore()) {
            server.take();
        }
        accounting = Samples.accounting(client, journal, clock);
        List<Long> statuses = new ArrayList<>();
        while (spool().aside().size() > 0) {
            if (server.hasMore()) {
                UdpServer.Question question = server.take();
                assertThat(question.text(SESSION_ID)).isEqualTo("refused");
                statuses.add(question.number(STATUS));
                server.confirm(question);
            }
            Thread.onSpinWait();
        }
        assertThat(statuses).containsExactly(1L, 2L);
        assertThat(journal.size("radius.aside.radius")).isZero();
    }

    @Test
    void recordRefusedForDaysIsGivenUpWithItsContent() throws Exception {
        append(SessionEvent.STOP, "refused");
        serveUntil(() -> spool().aside().size() == 1, "refused");
        clock.advance(Duration.ofDays(8));
        accounting.close();
        accounting = Samples.accounting(client, journal, clock); // which tries at once
        serveUntil(() -> !journal.events(SetAside.REFUSED).isEmpty(), "refused");
        Event given = journal.events(SetAside.REFUSED).getFirst();
        assertThat(given.field(SetAside.READER)).isEqualTo("radius");
        assertThat(given.field(SetAside.EVENT_TYPE)).isEqualTo(SessionEvent.STOP);
        assertThat(given.field(SessionEvent.SESSION_ID)).isEqualTo("refused");
        assertThat(spool().aside().size()).isZero();
        assertThat(journal.size("radius.aside.radius")).isZero();
    }

    @Test
    void accountingOnThatServersNeverAnswerDoesNotHoldSessionsForEver() throws Exception {
        append(new Event("GATEWAY_START", clock.wall().instant(), Map.of("recovered", "false")));
        append(SessionEvent.START, "s1");
        append(SessionEvent.STOP, "s1");
        List<Long> accepted = new ArrayList<>();
        while (spool().reader().committed() < 3) {
            Optional<UdpServer.Question> question = server.poll(2);
            if (question.isEmpty()) {
                clock.advance(Duration.ofMillis(100));
            } else if (question.get().number(STATUS) != 7) {
                accepted.add(question.get().number(STATUS));
                server.confirm(question.get());
            }
        }
        assertThat(accepted).startsWith(1L).endsWith(1L, 2L);
        assertThat(journal.events(SetAside.REFUSED)).hasSize(1);
    }

    @Test
    void noMoreThanTheRateArriveWhenAServerComesBack() throws Exception {
        accounting.close();
        client.close();
        client = new RadiusClient(
                Samples.settings(),
                Samples.loop(4, 100),
                RadiusDictionary.builtIn(),
                MonotonicClock.system(),
                clock.wall(),
                new SecureRandom());
        for (int i = 0; i < 600; i++) {
            append(SessionEvent.START, "s" + i);
        }
        client.add(server.settings("a", 1));
        MonotonicClock real = MonotonicClock.system();
        long began = real.nanos();
        accounting = Samples.accounting(client, journal, real, clock.wall(), 300);
        for (int i = 0; i < 600; i++) {
            server.confirm(server.take());
        }
        long millis = (real.nanos() - began) / 1_000_000;
        assertThat(millis).as("600 records at 300 per second").isBetween(1_900L, 6_000L);
    }

    @Test
    void copyHasACursorOfItsOwnAndItsOutageHoldsNothingUp() throws Exception {
        try (UdpServer second = new UdpServer("copied")) {
            accounting.add(second.settings("billing", 1));
            append(SessionEvent.START, "s1");
            append(SessionEvent.STOP, "s1");
            UdpServer.Question held = second.take();
            assertThat(held.text(SESSION_ID)).isEqualTo("s1");
            server.confirm(server.take());
            server.confirm(server.take());
            AccountingSpool copy = accounting.spools().get(1);
            assertThat(copy.name()).isEqualTo("radius-billing");
            awaitTrue(() -> spool().reader().committed() == 2);
            assertThat(copy.reader().committed()).isZero();
            second.confirm(held);
            UdpServer.Question stop = second.take();
            assertThat(stop.number(STATUS)).isEqualTo(2);
            second.confirm(stop);
            awaitTrue(() -> copy.reader().committed() == 2);
            accounting.remove(second.settings("billing", 1));
            assertThat(accounting.spools()).hasSize(1);
        }
    }

    @Test
    void operatorIsCalledWhenTheOldestRecordIsOldAndToldWhenItIsOver() throws Exception {
        append(SessionEvent.START, "s1");
        server.take();
        clock.advance(Duration.ofMinutes(61));
        awaitTrue(() -> journal.events(SpoolAlarm.ALARM).size() == 1);
        assertThat(new AccountingTable(accounting).complaints()).hasSize(1);
        assertThat(journal.events(SpoolAlarm.ALARM).getFirst().field(SpoolAlarm.READER))
                .isEqualTo("radius");
        until(() -> !journal.events(SpoolAlarm.CLEAR).isEmpty(), "");
        assertThat(spool().alarm().isRaised()).isFalse();
    }

    @Test
    void operatorIsCalledWhenRecordsTakeHalfOfTheBoundOfTheLog() throws Exception {
        journal.room(100);
        for (int i = 0; i < 49; i++) {
            append(SessionEvent.START, "s" + i);
        }
        awaitTrue(() -> spool().alarm().share() == 49);
        assertThat(journal.events(SpoolAlarm.ALARM)).isEmpty();
        append(SessionEvent.START, "one more");
        awaitTrue(() -> journal.events(SpoolAlarm.ALARM).size() == 1);
    }

    private static void awaitTrue(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    /** Lets other sessions be served and time pass until something is so; returns how many records there were. */
    private int serveUntil(BooleanSupplier end, String refused) throws Exception {
        int others = 0;
        while (!end.getAsBoolean()) {
            append(SessionEvent.START, "other" + others++);
            for (int step = 0; step < 10; step++) {
                step(refused);
            }
        }
        return others;
    }

    /** Lets time pass until something is so. */
    private void until(BooleanSupplier end, String refused) throws Exception {
        do {
            step(refused);
        } while (!end.getAsBoolean());
    }

    /** A tenth of a second, in which the server answers everybody but one. */
    private void step(String refused) throws Exception {
        Optional<UdpServer.Question> question = server.poll(2);
        if (question.isEmpty()) {
            clock.advance(Duration.ofMillis(100));
        } else if (!question.get().text(SESSION_ID).equals(refused)) {
            server.confirm(question.get());
        }
    }

    private void append(String type, String session) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(SessionEvent.SESSION_ID, session);
        fields.put(SessionEvent.MAC_ADDRESS, Samples.MAC.toString());
        fields.put(SessionEvent.NAS_PORT_ID, "2:100.7");
        append(new Event(type, clock.wall().instant(), fields));
    }
}
