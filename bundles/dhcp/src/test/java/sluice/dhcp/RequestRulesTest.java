package sluice.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.dhcp.DhcpOption.MessageType;
import sluice.dhcp.DhcpOption.ServerIdentifier;
import sluice.net.Ip4;

/** The four kinds of REQUEST (RFC 2131, 4.3.2). */
class RequestRulesTest {
    private static final Ip4 OTHER_SERVER = Ip4.parse("192.0.2.1");
    private static final Ip4 FOREIGN = Ip4.parse("192.168.1.50");

    private final FakeEngine engine = new FakeEngine();
    private final Cpe cpe = new Cpe("02:00:00:00:07:01", 7);

    @Test
    void selectingAnAddressThatWasNotOfferedIsRefused() {
        Ip4 address = engine.ask(cpe.discover()).message().yiaddr();
        assertNak(engine.ask(cpe.select(Cpe.GATEWAY, address.plus(1))));
        assertThat(engine.opened).isEmpty();
    }

    @Test
    void selectingAnotherServerFreesTheReservationInSilence() {
        engine.ask(cpe.discover());
        engine.receive(cpe.select(OTHER_SERVER, Ip4.parse("192.0.2.77")));
        assertThat(engine.answers).isEmpty();
        assertThat(engine.addresses).isEmpty();
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.counters.get(DhcpCounter.OFFER_DECLINED)).isOne();
    }

    @Test
    void boundClientThatSelectsAnotherServerKeepsItsLease() {
        engine.bind(cpe);
        engine.receive(cpe.select(OTHER_SERVER, Ip4.parse("192.0.2.77")));
        assertThat(engine.answers).isEmpty();
        assertThat(engine.only().isOpen()).isTrue();
    }

    @Test
    void selectingAnOfferThatHasExpiredIsRefused() {
        Ip4 address = engine.ask(cpe.discover()).message().yiaddr();
        engine.advance(Duration.ofSeconds(30));
        assertNak(engine.ask(cpe.select(Cpe.GATEWAY, address)));
        assertThat(engine.sessions).isEmpty();
    }

    @Test
    void repeatedRequestIsAcknowledgedAgainAndOpensNothingTwice() {
        Ip4 address = engine.bind(cpe);
        for (int i = 0; i < 5; i++) {
            assertAck(engine.ask(cpe.select(Cpe.GATEWAY, address)), address);
        }
        assertThat(engine.opened).hasSize(1);
        assertThat(engine.extended)
                .as("no ACK leaves before its lease is durable")
                .hasSize(5);
    }

    @Test
    void rebootedClientKeepsItsAddress() {
        Ip4 address = engine.bind(cpe);
        assertAck(engine.ask(cpe.reboot(address)), address);
    }

    @Test
    void rebootedClientWithAnotherAddressIsRefused() {
        Ip4 address = engine.bind(cpe);
        assertNak(engine.ask(cpe.reboot(address.plus(1))));
        assertThat(engine.only().isOpen()).isTrue();
    }

    @Test
    void rebootedStrangerFromAForeignNetworkIsRefused() {
        Cpe.Answer nak = engine.ask(cpe.reboot(FOREIGN));
        assertNak(nak);
        assertThat(nak.message().option(ServerIdentifier.class)).contains(new ServerIdentifier(Cpe.GATEWAY));
        assertThat(engine.sessions).isEmpty();
    }

    @Test
    void rebootedStrangerWithAnAddressOfThisNetworkMeetsSilence() {
        engine.receive(cpe.reboot(Ip4.parse("10.64.0.99")));
        assertThat(engine.answers).isEmpty();
        assertThat(engine.counters.get(DhcpCounter.NO_RECORD)).isOne();
        assertThat(engine.sessions).isEmpty();
    }

    @Test
    void strangersMeetSilenceWhenTheServerIsNotAuthoritative() {
        FakeEngine modest = new FakeEngine(new DhcpSettings(
                false,
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                DhcpSettings.RelayOption.TRUSTED,
                Optional.empty()));
        modest.receive(cpe.reboot(FOREIGN));
        modest.receive(cpe.rebind(FOREIGN));
        modest.receive(cpe.renew(FOREIGN));
        assertThat(modest.counters.get(DhcpCounter.NO_RECORD)).isEqualTo(3);
        assertThat(modest.counters.get(DhcpCounter.NAK)).isZero();
    }

    @Test
    void renewalExtendsTheLeaseFromNowOn() {
        Ip4 address = engine.bind(cpe);
        engine.advance(Duration.ofHours(12));
        Cpe.Answer ack = engine.ask(cpe.renew(address));
        assertAck(ack, address);
        assertThat(ack.to()).isEqualTo(address);
        assertThat(ack.message().ciaddr()).isEqualTo(address);
        engine.advance(Duration.ofHours(23));
        assertThat(engine.only().isOpen()).isTrue();
        engine.advance(Duration.ofHours(1));
        assertThat(engine.sessions).isEmpty();
    }

    @Test
    void renewalOfAStrangerIsRefusedBecauseNobodyElseWasAsked() {
        assertNak(engine.ask(cpe.renew(Ip4.parse("10.64.0.99"))));
    }

    @Test
    void renewalOfAnotherAddressIsRefused() {
        Ip4 address = engine.bind(cpe);
        assertNak(engine.ask(cpe.renew(address.plus(1))));
    }

    @Test
    void rebindingExtendsTheLease() {
        Ip4 address = engine.bind(cpe);
        assertAck(engine.ask(cpe.rebind(address)), address);
        assertThat(engine.counters.get(DhcpCounter.REQUEST_REBINDING)).isOne();
    }

    @Test
    void rebindingStrangerMeetsSilenceHereAndRefusalFromAForeignNetwork() {
        engine.receive(cpe.rebind(Ip4.parse("10.64.0.99")));
        assertThat(engine.answers).isEmpty();
        assertNak(engine.ask(cpe.rebind(FOREIGN)));
    }

    @Test
    void requestThatNamesNoAddressIsIgnored() {
        engine.receive(cpe.broadcast(cpe.message(MessageType.REQUEST, Ip4.ANY)));
        engine.receive(cpe.broadcast(cpe.message(MessageType.REQUEST, Ip4.ANY, new ServerIdentifier(Cpe.GATEWAY))));
        assertThat(engine.counters.get(DhcpCounter.NO_REQUESTED_ADDRESS)).isEqualTo(2);
        assertThat(engine.answers).isEmpty();
    }

    @Test
    void requestWhileAuthenticationRunsIsIgnored() {
        engine.judge = FakeEngine.Judge.WAIT;
        engine.receive(cpe.discover());
        engine.receive(cpe.reboot(Ip4.parse("10.64.0.9")));
        assertThat(engine.answers).isEmpty();
        assertThat(engine.counters.get(DhcpCounter.WHILE_AUTHENTICATING)).isOne();
    }

    private static void assertAck(Cpe.Answer answer, Ip4 address) {
        assertThat(answer.message().type()).isEqualTo(MessageType.ACK);
        assertThat(answer.message().yiaddr()).isEqualTo(address);
    }

    private static void assertNak(Cpe.Answer answer) {
        assertThat(answer.message().type()).isEqualTo(MessageType.NAK);
        assertThat(answer.message().yiaddr()).isEqualTo(Ip4.ANY);
        assertThat(answer.to()).isEqualTo(Ip4.BROADCAST);
        assertThat(answer.message().option(ServerIdentifier.class)).isPresent();
    }
}
