package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;
import sluice.platform.api.Event;
import sluice.session.api.SessionEvent;

/** Restarts that not every session lives through. */
class LostSessionsTest {

    private static final long MAC = 0x0200_0000_0001L;
    private static final Traffic SOME = new Traffic(3, 300, 5, 5_000, 0, 0, 0);

    private final Gateway gateway = new Gateway();

    @Test
    void sessionWhoseLeaseEndedWhileTheMachineWasOffStopsWithNasRebootAndItsLastCounters() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, SOME);
        gateway.advance(Duration.ofMinutes(6)); // an interim record
        gateway.dataPlane.forgetAll();
        gateway.clock.advance(ScriptedProtocol.LEASE);
        gateway.restart();
        Event stop = stop();
        assertThat(stop.field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("NAS-Reboot");
        assertThat(stop.field(SessionEvent.INPUT_OCTETS)).isEqualTo("5000");
        assertThat(stop.field(SessionEvent.OUTPUT_OCTETS)).isEqualTo("300");
        assertThat(stop.field(SessionEvent.SESSION_SECONDS))
                .isEqualTo(Long.toString(ScriptedProtocol.LEASE.plusMinutes(6).toSeconds()));
        assertThat(stop.field(SessionEvent.IP_ADDRESS)).isEqualTo(address.toString());
        assertThat(stop.field(SessionEvent.SESSION_ID))
                .isEqualTo(gateway.journal.events(SessionEvent.START).getFirst().field(SessionEvent.SESSION_ID));
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.addresses.held).isEmpty();
        assertThat(gateway.journal.size(Turn.REGION)).isZero();
        assertThat(gateway.counted(SessionCounter.LOST)).isEqualTo(1);
        gateway.restart();
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(1);
    }

    @Test
    void sessionWhoseLeaseEndedWhileOnlyTheProgramWasAwayEndsAsLeasesDo() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, SOME);
        gateway.clock.advance(ScriptedProtocol.LEASE.plusSeconds(1));
        gateway.restart();
        gateway.turn();
        assertThat(stop().field(SessionEvent.TERMINATE_CAUSE)).isNotEqualTo("NAS-Reboot");
        assertThat(stop().field(SessionEvent.INPUT_OCTETS)).isEqualTo("5000");
        assertThat(gateway.dataPlane.entries()).isEmpty();
    }

    private Event stop() {
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(1);
        return gateway.journal.events(SessionEvent.STOP).getFirst();
    }
}
