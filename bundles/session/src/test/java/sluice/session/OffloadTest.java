package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import sluice.net.Ip4;
import sluice.platform.api.JournalFailure;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionInfo;

/** Leases that the data plane extends without a word: the engine is never behind. */
final class OffloadTest {

    private static final long MAC = 0x0200_0000_0001L;
    private static final Duration ALMOST = ScriptedProtocol.LEASE.minusMinutes(1);

    private final Gateway gateway = new Gateway();

    @Test
    void leaseThatIsRenewedOnlyInTheDataPlaneDoesNotExpire() {
        Ip4 address = gateway.online(7, MAC);
        for (int i = 0; i < 5; i++) {
            gateway.advance(ALMOST);
            renew(address);
        }
        gateway.advance(ALMOST);
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.journal.events(SessionEvent.STOP)).isEmpty();
        assertThat(gateway.counted(SessionCounter.CAUGHT_UP)).isPositive();
    }

    @Test
    void leaseThatNobodyRenewsEndsOnTimeAfterTheLastRenewal() {
        Ip4 address = gateway.online(7, MAC);
        gateway.advance(ALMOST);
        renew(address);
        gateway.advance(ALMOST);
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(Duration.ofMinutes(2));
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        assertThat(gateway.leases.size()).isZero();
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(1);
    }

    @Test
    void whoeverLooksSeesTheEndThatTheDataPlaneGave() {
        Ip4 address = gateway.online(7, MAC);
        gateway.advance(Duration.ofMinutes(20));
        renew(address);
        SessionInfo seen = gateway.sessions().getFirst();
        Instant expected = gateway.clock.wall().instant().plus(ScriptedProtocol.LEASE);
        assertThat(seen.leaseEnds()).contains(expected);
        assertThat(seen.timers().get("lease")).isEqualTo(ScriptedProtocol.LEASE);
    }

    @Test
    void renewalsWhileNobodyListenedCountAfterTheCrash() {
        Ip4 address = gateway.online(7, MAC);
        for (int i = 0; i < 4; i++) {
            gateway.clock.advance(ALMOST);
            renew(address);
        }
        gateway.restart();
        gateway.turn();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.leases.size())
                .as("the terms may have changed meanwhile")
                .isZero();
        gateway.advance(ALMOST);
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(Duration.ofMinutes(2));
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void interimRecordWritesTheRenewalDown() {
        Ip4 address = gateway.online(7, MAC);
        gateway.advance(Duration.ofMinutes(20));
        renew(address);
        gateway.advance(Duration.ofMinutes(6));
        assertThat(gateway.leases.drain()).hasSize(1);
        gateway.restart();
        gateway.turn();
        assertThat(gateway.sessions().getFirst().leaseEnds())
                .hasValueSatisfying(end ->
                        assertThat(end).isAfter(gateway.clock.wall().instant().plus(Duration.ofMinutes(50))));
    }

    @Test
    void dataPlaneAnswersNobodyBeforeTheGrantIsDurable() {
        gateway.online(8, MAC + 1);
        assertThat(gateway.leases.drain()).hasSize(1);
        gateway.journal.hold();
        gateway.arrive(ScriptedProtocol.REQUEST, 8, MAC + 1, "c8");
        gateway.turn();
        assertThat(gateway.leases.size()).isZero();
        gateway.journal.commit();
        gateway.turn();
        assertThat(gateway.leases.size()).isEqualTo(1);
    }

    @Test
    void grantThatTheDiskRefusesIsNotHandedOver() {
        gateway.online(7, MAC);
        assertThat(gateway.leases.drain()).hasSize(1);
        gateway.journal.fail(JournalFailure.DISK);
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        assertThat(gateway.leases.size()).isZero();
    }

    @Test
    void releaseDeclineAndDisconnectEndTheAnswersBeforeTheAddressIsFree() {
        gateway.online(7, MAC);
        gateway.journal.hold();
        gateway.arrive(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.turn();
        assertThat(gateway.leases.size()).isZero();
        assertThat(gateway.addresses.held).isNotEmpty();
        gateway.journal.commit();
        gateway.turn();
        assertThat(gateway.addresses.held).isEmpty();

        gateway.online(8, MAC + 1);
        gateway.frame(ScriptedProtocol.DECLINE, 8, MAC + 1, "c8");
        assertThat(gateway.leases.size()).isZero();
        gateway.online(9, MAC + 2);
        assertThat(gateway.disconnect(gateway.sessions().getFirst().id())).isCompleted();
        assertThat(gateway.leases.size()).isZero();
    }

    @Test
    void protocolWithOtherSettingsAnswersItselfFirst() {
        Ip4 address = gateway.online(7, MAC);
        gateway.advance(Duration.ofMinutes(30));
        renew(address);
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Joined("scripted"));
        gateway.turn();
        assertThat(gateway.leases.size()).isZero();
        gateway.advance(Duration.ofMinutes(50));
        assertThat(gateway.sessions()).as("renewed before").hasSize(1);
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        assertThat(gateway.leases.size()).isEqualTo(1);
    }

    private void renew(Ip4 address) {
        assertThat(gateway.leases.renew(address)).isTrue();
    }
}
