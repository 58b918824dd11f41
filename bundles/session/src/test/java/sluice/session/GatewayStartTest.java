package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sluice.net.Ip4;
import sluice.platform.api.Event;
import sluice.platform.api.LoggedEvent;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionEvent;

/**
 * What the event log says of a start, and in which order: accounting makes Accounting-On of one without sessions, which
 * ends at the server whatever it still believes to be open (RFC 2866, 5.1).
 */
final class GatewayStartTest {

    private static final long MAC = 0x0200_0000_0001L;
    private static final String RECOVERED = "recovered";

    private final Gateway gateway = new Gateway();

    @Test
    void sessionsThatDidNotSurviveAreStoppedBeforeTheGatewaySaysThatItBegins() {
        gateway.online(7, MAC);
        gateway.online(8, MAC + 1);
        powerCutLongerThanALease();
        gateway.engine().close();
        assertThat(types()).containsExactly(SessionEvent.STOP, SessionEvent.STOP, SessionEngine.GATEWAY_START);
        assertThat(events().getFirst().field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("NAS-Reboot");
        assertThat(events().getLast().field(RECOVERED)).isEqualTo("false");
    }

    @Test
    void withSurvivorsTheOthersAreStoppedAndTheGatewayDoesNotBeginAnew() {
        gateway.online(7, MAC);
        gateway.clock.advance(Duration.ofMinutes(30));
        gateway.online(8, MAC + 1);
        gateway.dataPlane.forgetAll();
        gateway.clock.advance(Duration.ofMinutes(31));
        gateway.engine().close();
        assertThat(types()).containsExactly(SessionEvent.STOP, SessionEngine.GATEWAY_START);
        assertThat(events().getLast().field(RECOVERED)).isEqualTo("true");
    }

    @Test
    void sessionsThatWaitForTheirPoolAreNotEndedAtTheServer() {
        Ip4 address = gateway.online(7, MAC);
        gateway.addresses.gone = true;
        gateway.engine().close();
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        assertThat(types()).containsExactly(SessionEngine.GATEWAY_START);
        assertThat(events().getLast().field(RECOVERED)).isEqualTo("true");
    }

    @Test
    void gatewayThatWasNeverOutOfServiceEndsNobodyAtTheServerByResuming()
            throws InterruptedException, ExecutionException, TimeoutException {
        gateway.online(7, MAC);
        try (SessionEngine engine = gateway.engine()) {
            CompletableFuture<CommandResult> resumed = engine.resume().toCompletableFuture();
            assertThat(resumed.get(10, TimeUnit.SECONDS)).isEqualTo(CommandResult.DONE);
            assertThat(events().getLast().type()).isEqualTo(SessionEngine.GATEWAY_START);
            assertThat(events().getLast().field(RECOVERED)).isEqualTo("true");
        }
    }

    @Test
    void gatewayThatIsDrainedAndServesAgainSaysBoth()
            throws InterruptedException, ExecutionException, TimeoutException {
        gateway.online(7, MAC);
        try (SessionEngine engine = gateway.engine()) {
            engine.add(gateway.protocol);
            assertThat(engine.drain().toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isOne();
            engine.resume().toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(types()).endsWith(SessionEvent.STOP, SessionEngine.GATEWAY_STOP, SessionEngine.GATEWAY_START);
            assertThat(events().getLast().field(RECOVERED)).isEqualTo("false");
        }
    }

    private void powerCutLongerThanALease() {
        gateway.dataPlane.forgetAll();
        gateway.clock.advance(ScriptedProtocol.LEASE.plusSeconds(1));
    }

    private List<String> types() {
        return events().stream().map(Event::type).toList();
    }

    /** Starts, stops and ends of sessions, in the order of the log. */
    private List<Event> events() {
        return gateway.journal.events().stream()
                .map(LoggedEvent::event)
                .filter(event -> Stream.of(SessionEvent.STOP, SessionEngine.GATEWAY_START, SessionEngine.GATEWAY_STOP)
                        .anyMatch(event.type()::equals))
                .toList();
    }
}
