package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.platform.api.Event;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Outcome;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionInfo;

/** Subscribers who dial anew without having ended their older session, and without any limit of sessions. */
class PredecessorsTest {
    private static final long MAC = 0x0200_0000_0001L;
    private static final Ip4 ADDRESS = Ip4.parse("10.64.0.99");
    private static final Authorization FIXED =
            Authorization.DEFAULT.withAddressing(Addressing.NONE.withAddress(Optional.of(ADDRESS), Optional.empty()));
    private static final Authorization SIX = Authorization.DEFAULT.withAddressing(Addressing.NONE.withPrefixes(
            Optional.of(Ip6Prefix.parse("2001:db8:1::/64")), Optional.of(Ip6Prefix.parse("2001:db8:100::/56"))));

    private final Gateway gateway = new Gateway();

    PredecessorsTest() {
        gateway.limits = LimitSettings.perLine(4);
        gateway.restart();
    }

    @Test
    void redialEndsTheSessionThatHasTheAddressWhichRadiusNames() {
        online(1, 7, "alice", FIXED);
        online(2, 7, "alice", FIXED);
        assertThat(gateway.sessions())
                .extracting(session -> session.key().pppoeSession())
                .containsExactly(2);
        assertThat(gateway.sessions()).extracting(SessionInfo::address).containsExactly(Optional.of(ADDRESS));
        Event stop = gateway.journal.events(SessionEvent.STOP).getFirst();
        assertThat(stop.field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("Port-Preempted");
    }

    @Test
    void redialEndsTheSessionThatHasThePrefixWhichRadiusNames() {
        begin(1, 7, "alice", SIX);
        gateway.dial(DialProtocol.SIX, 1, 7, MAC, "");
        begin(2, 7, "alice", SIX);
        gateway.dial(DialProtocol.SIX, 2, 7, MAC, "");
        assertThat(gateway.sessions())
                .extracting(session -> session.key().pppoeSession())
                .containsExactly(2);
    }

    @Test
    void sessionOfAnotherUserOrLineIsNoPredecessor() {
        online(1, 7, "alice", FIXED);
        begin(2, 7, "bob", FIXED);
        begin(3, 8, "alice", FIXED);
        assertThat(gateway.sessions())
                .extracting(session -> session.key().pppoeSession())
                .contains(1);
        assertThat(gateway.counted(SessionCounter.PREEMPTED)).isZero();
    }

    @Test
    void sessionsOfOneDeviceWithoutAnythingInCommonStandBesideEachOther() {
        online(1, 7, "alice", Authorization.DEFAULT);
        online(2, 7, "alice", Authorization.DEFAULT);
        assertThat(gateway.sessions()).hasSize(2);
    }

    @Test
    void olderSessionWhoseAnswerComesLateEndsNobody() {
        gateway.dial(DialProtocol.DIAL, 1, 7, MAC, "");
        gateway.dial(DialProtocol.PROVE, 1, 7, MAC, "alice");
        Consumer<Outcome> late = gateway.radius.open.remove();
        online(2, 7, "alice", FIXED);
        late.accept(new Outcome.Accepted(FIXED));
        gateway.turn();
        assertThat(gateway.counted(SessionCounter.PREEMPTED)).isZero();
        assertThat(gateway.journal.events(SessionEvent.STOP)).isEmpty();
    }

    @Test
    void rejectedRedialEndsNobody() {
        online(1, 7, "alice", FIXED);
        gateway.dial(DialProtocol.DIAL, 2, 7, MAC, "");
        gateway.dial(DialProtocol.PROVE, 2, 7, MAC, "alice");
        gateway.radius.answer(new Outcome.Rejected("wrong password"));
        gateway.turn();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.counted(SessionCounter.PREEMPTED)).isZero();
    }

    @Test
    void prefixThatIsInUseMayBeFreeLaterBeforeTheSessionIsOpen() {
        begin(1, 7, "alice", SIX);
        gateway.dataPlane.fail(DataPlaneException.Reason.CONFLICT);
        gateway.dial(DialProtocol.SIX, 1, 7, MAC, "");
        assertThat(gateway.dial.outcomes.getLast()).isEqualTo(new Outcome.OpenFailed("CONFLICT", true));
    }

    private void online(int id, int cvlan, String user, Authorization authorization) {
        begin(id, cvlan, user, authorization);
        List<?> answers = gateway.dial(DialProtocol.ADDRESS, id, cvlan, MAC, "");
        assertThat(answers).as("answers to %s", id).isNotEmpty();
    }

    private void begin(int id, int cvlan, String user, Authorization authorization) {
        gateway.dial(DialProtocol.DIAL, id, cvlan, MAC, "");
        gateway.dial(DialProtocol.PROVE, id, cvlan, MAC, user);
        gateway.radius.accept(authorization);
        gateway.turn();
    }
}
