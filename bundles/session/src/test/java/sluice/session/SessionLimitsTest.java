package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.net.Ip4;
import sluice.platform.api.Event;
import sluice.session.LimitSettings.Full;
import sluice.session.api.Authorization;
import sluice.session.api.Outcome;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionInfo;

/** How many sessions a line, a user and a device get, and what becomes of the older one. */
final class SessionLimitsTest {

    private static final long MAC = 0x0200_0000_0001L;

    private final Gateway gateway = new Gateway();

    @Test
    void secondSessionOfADeviceIsRefusedAndTheFirstGoesOn() {
        with(new LimitSettings(4, Full.REFUSE, 0, Full.REFUSE, 1, Full.REFUSE, 0));
        Ip4 first = gateway.online(7, MAC);
        assertThat(accepted(8, MAC)).containsExactly(ScriptedProtocol.REFUSED);
        assertThat(gateway.counted(SessionCounter.REFUSED_MAC_SESSIONS)).isEqualTo(1);
        assertThat(gateway.dataPlane.passes(first)).isTrue();
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.advance(Duration.ofSeconds(6));
        assertThat(gateway.online(8, MAC)).isNotNull();
    }

    @Test
    void deviceThatMovedEndsItsOlderSessionWithPortPreempted() {
        with(new LimitSettings(4, Full.REFUSE, 0, Full.REFUSE, 1, Full.REPLACE, 0));
        Ip4 first = gateway.online(7, MAC);
        gateway.frame(ScriptedProtocol.DISCOVER, 8, MAC, "c8");
        assertThat(gateway.dataPlane.passes(first))
                .as("nobody is ended by a mere frame")
                .isTrue();
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(gateway.dataPlane.passes(first)).isFalse();
        gateway.frame(ScriptedProtocol.REQUEST, 8, MAC, "c8");
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(only().key().line().cvlan()).isEqualTo(8);
        Event stop = gateway.journal.events(SessionEvent.STOP).getFirst();
        assertThat(stop.field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("Port-Preempted");
    }

    @Test
    void rejectedNewcomerEndsNobody() {
        with(new LimitSettings(4, Full.REFUSE, 0, Full.REFUSE, 1, Full.REPLACE, 0));
        Ip4 first = gateway.online(7, MAC);
        gateway.frame(ScriptedProtocol.DISCOVER, 8, MAC, "c8");
        gateway.radius.answer(new Outcome.Rejected("no contract"));
        gateway.turn();
        assertThat(gateway.dataPlane.passes(first)).isTrue();
        assertThat(gateway.counted(SessionCounter.PREEMPTED)).isZero();
    }

    @Test
    void nobodyEndsForANewcomerWhomTheNextLimitRefuses() {
        gateway.userName = "everybody";
        for (LimitSettings limits : List.of(
                new LimitSettings(1, Full.REPLACE, 1, Full.REFUSE, 0, Full.REFUSE, 0),
                new LimitSettings(1, Full.REPLACE, 0, Full.REFUSE, 1, Full.REFUSE, 0),
                new LimitSettings(1, Full.REPLACE, 2, Full.REPLACE, 1, Full.REFUSE, 0))) {
            with(limits);
            Ip4 first = gateway.online(7, MAC);
            Ip4 elsewhere = limits.perUser() == 1 ? first : gateway.online(8, MAC + 1);
            assertThat(accepted(7, MAC + 1)).as("%s", limits).containsExactly(ScriptedProtocol.REFUSED);
            assertThat(gateway.dataPlane.passes(first)).as("%s", limits).isTrue();
            assertThat(gateway.dataPlane.passes(elsewhere)).as("%s", limits).isTrue();
            assertThat(gateway.counted(SessionCounter.PREEMPTED)).isZero();
            gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
            gateway.frame(ScriptedProtocol.RELEASE, 8, MAC + 1, "c8");
            assertThat(limits().taken()).as("%s", limits).isZero();
        }
    }

    @Test
    void oneThatMustGoByAllLimitsIsToldOnce() {
        gateway.userName = "everybody";
        with(new LimitSettings(1, Full.REPLACE, 1, Full.REPLACE, 1, Full.REPLACE, 0));
        Ip4 first = gateway.online(7, MAC);
        gateway.frame(ScriptedProtocol.DISCOVER, 8, MAC, "c8");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(gateway.dataPlane.passes(first)).isFalse();
        assertThat(gateway.counted(SessionCounter.PREEMPTED)).isOne();
        bind(8, MAC);
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void userNameIsLimitedWhateverTheLine() {
        gateway.userName = "everybody";
        with(new LimitSettings(4, Full.REFUSE, 2, Full.REFUSE, 0, Full.REFUSE, 0));
        gateway.online(7, MAC);
        gateway.online(8, MAC);
        assertThat(accepted(9, MAC)).containsExactly(ScriptedProtocol.REFUSED);
        assertThat(gateway.counted(SessionCounter.REFUSED_USER_SESSIONS)).isEqualTo(1);
    }

    @Test
    void limitCountsSessionsFromBeforeARestart() {
        with(new LimitSettings(4, Full.REFUSE, 0, Full.REFUSE, 1, Full.REPLACE, 0));
        gateway.online(7, MAC);
        gateway.restart();
        accepted(8, MAC);
        gateway.frame(ScriptedProtocol.REQUEST, 8, MAC, "c8");
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(only().key().line().cvlan()).isEqualTo(8);
    }

    @Test
    void newestDeviceOfALineReplacesTheOldest() {
        with(new LimitSettings(2, Full.REPLACE, 0, Full.REFUSE, 0, Full.REFUSE, 0));
        accepted(7, MAC);
        bind(7, MAC);
        accepted(7, MAC + 1);
        bind(7, MAC + 1);
        accepted(7, MAC + 2);
        bind(7, MAC + 2);
        assertThat(gateway.sessions())
                .extracting(session -> session.key().mac().value())
                .containsExactlyInAnyOrder(MAC + 1, MAC + 2);
    }

    @Test
    void sharedVlanWithoutCircuitIdIsCountedOverAllShards() {
        with(LimitSettings.perLine(3));
        for (int i = 0; i < 5; i++) {
            gateway.frame(ScriptedProtocol.DISCOVER, 0, MAC + i, "c0");
        }
        assertThat(gateway.radius.asked).hasSize(3);
        assertThat(gateway.counted(SessionCounter.DROP_LINE_SESSIONS)).isEqualTo(2);
    }

    @Test
    void sessionOpensOnlyWhenTheOneItReplacesHasStopped() {
        with(new LimitSettings(4, Full.REFUSE, 0, Full.REFUSE, 1, Full.REPLACE, 0));
        Session older = elsewhere(1);
        Session newer = elsewhere(2);
        SessionLimits limits = limits();
        assertThat(limits.admit(older)).isEmpty();
        assertThat(limits.admit(newer)).isEmpty();
        assertThat(limits.isRoomFor(newer)).isFalse();
        limits.leave(older);
        assertThat(limits.isRoomFor(newer)).isTrue();
        limits.leave(newer);
        assertThat(limits.taken()).isZero();
    }

    @Test
    void lineBeginsNoMoreSessionsThanItsRate() {
        with(new LimitSettings(1_000, Full.REFUSE, 0, Full.REFUSE, 0, Full.REFUSE, 10));
        for (int i = 0; i < 30; i++) {
            gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC + i, "c7");
        }
        assertThat(gateway.radius.asked).hasSize(10);
        assertThat(gateway.counted(SessionCounter.DROP_LINE_SETUPS)).isEqualTo(20);
        gateway.frame(ScriptedProtocol.DISCOVER, 8, MAC, "c8");
        assertThat(gateway.radius.asked).as("another line is served").hasSize(11);
        gateway.advance(Duration.ofSeconds(31));
        for (int i = 100; i < 130; i++) {
            gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC + i, "c7");
        }
        assertThat(gateway.radius.asked).hasSize(16);
    }

    @Test
    void nothingStaysOccupiedWhenSessionsAreGone() {
        with(new LimitSettings(4, Full.REPLACE, 2, Full.REPLACE, 1, Full.REPLACE, 60));
        for (int cvlan = 7; cvlan < 12; cvlan++) {
            accepted(cvlan, MAC);
            gateway.frame(ScriptedProtocol.REQUEST, cvlan, MAC, "c" + cvlan);
        }
        gateway.frame(ScriptedProtocol.DISCOVER, 20, MAC + 1, "c20");
        gateway.frame(ScriptedProtocol.RELEASE, 11, MAC, "c11");
        gateway.advance(Duration.ofMinutes(2));
        assertThat(gateway.sessions()).isEmpty();
        assertThat(limits().taken()).isZero();
    }

    private void with(LimitSettings limits) {
        gateway.limits = limits;
        gateway.restart();
    }

    private Session elsewhere(long id) {
        return new Session(
                new sluice.session.api.SessionId(id),
                new sluice.session.api.SessionKey(
                        new sluice.net.LineId(0, 100, (int) id, sluice.net.Bytes.EMPTY, sluice.net.Bytes.EMPTY),
                        new sluice.net.MacAddress(MAC)),
                "scripted",
                "user-" + id,
                address -> java.util.Optional.empty());
    }

    /** A subscriber asks and is accepted; what he is told. */
    private List<Character> accepted(int cvlan, long mac) {
        gateway.frame(ScriptedProtocol.DISCOVER, cvlan, mac, "c" + cvlan);
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        return gateway.sent().stream().map(ScriptedProtocol::operation).toList();
    }

    private void bind(int cvlan, long mac) {
        assertThat(gateway.frame(ScriptedProtocol.REQUEST, cvlan, mac, "c" + cvlan))
                .isNotEmpty();
    }

    private SessionInfo only() {
        return gateway.sessions().getFirst();
    }

    private SessionLimits limits() {
        return new SessionLimits(
                gateway.places, gateway.counters, gateway.shard.inbox(), new Predecessors(new SessionTable()));
    }
}
