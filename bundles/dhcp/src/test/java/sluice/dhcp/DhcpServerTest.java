package sluice.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Frame;
import sluice.dhcp.DhcpOption.ClientIdentifier;
import sluice.dhcp.DhcpOption.HostName;
import sluice.dhcp.DhcpOption.MessageType;
import sluice.dhcp.DhcpOption.ParameterRequestList;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Outcome;
import sluice.session.api.TerminateCause;
import sluice.testkit.Golden;

/** A client comes online, stays and goes (RFC 2131, 4.3). The four kinds of REQUEST are in {@link RequestRulesTest}. */
class DhcpServerTest {
    private static final Duration OFFER = Duration.ofSeconds(30);
    private static final Duration DAY = Duration.ofDays(1);

    private final FakeEngine engine = new FakeEngine();
    private final Cpe cpe = new Cpe("02:00:00:00:07:01", 7, new ClientIdentifier(Bytes.fromHex("01020000000701")));

    @Test
    void discoverIsAnsweredOnlyAfterAuthentication() {
        engine.judge = FakeEngine.Judge.WAIT;
        engine.receive(cpe.discover(new HostName(Bytes.utf8("cpe\n7")), new ParameterRequestList(Bytes.of(1, 3, 6))));
        assertThat(engine.answers).isEmpty();
        assertThat(engine.addresses).isEmpty();
        assertThat(engine.questions.getFirst())
                .containsEntry("DHCP-Parameter-Request-List", "0x010306")
                .containsEntry("DHCP-Hostname", "cpe\\x0a7")
                .containsEntry("DHCP-Client-Identifier", "0x01020000000701");
        engine.tell(engine.only(), new Outcome.Accepted(engine.authorization));
        assertThat(engine.answer().message().type()).isEqualTo(MessageType.OFFER);
    }

    @Test
    void clientGetsTheAddressItWasOfferedAndItsPacketsPassBeforeTheAck() {
        Ip4 address = engine.ask(cpe.discover()).message().yiaddr();
        assertThat(engine.opened).isEmpty();
        Cpe.Answer ack = engine.ask(cpe.select(Cpe.GATEWAY, address));
        assertThat(ack.message().type()).isEqualTo(MessageType.ACK);
        assertThat(ack.message().yiaddr()).isEqualTo(address);
        assertThat(engine.opened).singleElement().satisfies(open -> {
            assertThat(open.nextHop()).isEqualTo(cpe.mac);
            assertThat(open.tags()).isEqualTo(cpe.tags);
            assertThat(open.lease()).contains(DAY);
        });
    }

    @Test
    void requestedAddressIsAskedFor() {
        assertThat(engine.ask(cpe.discover(new DhcpOption.RequestedAddress(Ip4.parse("10.64.2.2"))))
                        .message()
                        .yiaddr())
                .isEqualTo(Ip4.parse("10.64.2.2"));
    }

    @Test
    void repeatedDiscoverCostsNeitherASecondAddressNorASecondQuestion() {
        engine.judge = FakeEngine.Judge.WAIT;
        for (int i = 0; i < 10; i++) {
            engine.receive(cpe.discover());
        }
        assertThat(engine.questions).hasSize(1);
        Frame newest = cpe.discover();
        engine.receive(newest);
        engine.tell(engine.only(), new Outcome.Accepted(engine.authorization));
        int xid = engine.answer().message().xid();
        Ip4 address = engine.answer().message().yiaddr();
        assertThat(xid).as("the newest DISCOVER is answered").isEqualTo(11);
        for (int i = 0; i < 10; i++) {
            assertThat(engine.ask(cpe.discover()).message().yiaddr()).isEqualTo(address);
        }
        assertThat(engine.addresses).hasSize(1);
        assertThat(engine.questions).hasSize(1);
    }

    @Test
    void floodOfStrangersTakesNoAddress() {
        engine.judge = FakeEngine.Judge.REJECT;
        for (int i = 1; i <= 1000; i++) {
            engine.receive(new Cpe(new MacAddress(0x0200_0000_0000L + i).toString(), 7).discover());
        }
        assertThat(engine.addresses).isEmpty();
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.counters.get(DhcpCounter.DENIED)).isEqualTo(1000);
    }

    @Test
    void offerReservesForThirtySecondsOnly() {
        engine.ask(cpe.discover());
        engine.advance(OFFER.minusMillis(1));
        assertThat(engine.addresses).hasSize(1);
        engine.advance(Duration.ofMillis(1));
        assertThat(engine.addresses).isEmpty();
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.counters.get(DhcpCounter.OFFER_EXPIRED)).isOne();
    }

    @Test
    void boundClientThatStartsAgainIsOfferedItsAddressAndKeepsItsSession() {
        Ip4 address = engine.bind(cpe);
        assertThat(engine.ask(cpe.discover()).message().yiaddr()).isEqualTo(address);
        engine.advance(OFFER.plusSeconds(1));
        assertThat(engine.only().isOpen()).isTrue();
        assertThat(engine.ask(cpe.select(Cpe.GATEWAY, address)).message().type())
                .isEqualTo(MessageType.ACK);
        assertThat(engine.opened).hasSize(1);
        assertThat(engine.questions).hasSize(1);
    }

    @Test
    void leaseWithoutRenewalEndsTheSession() {
        engine.bind(cpe);
        engine.advance(DAY.minusMillis(1));
        assertThat(engine.only().isOpen()).isTrue();
        engine.advance(Duration.ofMillis(1));
        assertThat(engine.closed).containsExactly(TerminateCause.LOST_CARRIER);
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.addresses).isEmpty();
    }

    @Test
    void leaseIsShortWhileAddressesAreScarceAndOfItsLengthAgainAfterwards() {
        engine.leaseLimit = Optional.of(Duration.ofMinutes(5));
        Ip4 address = engine.ask(cpe.discover()).message().yiaddr();
        assertThat(lease(engine.ask(cpe.select(Cpe.GATEWAY, address)))).isEqualTo(Duration.ofMinutes(5));
        assertThat(engine.offloaded).as("nobody else extends it").isEmpty();
        assertThat(lease(engine.ask(cpe.renew(address)))).isEqualTo(Duration.ofMinutes(5));
        engine.leaseLimit = Optional.empty();
        assertThat(lease(engine.ask(cpe.renew(address)))).isEqualTo(DAY);
        assertThat(engine.offloaded).hasSize(1);
    }

    @Test
    void releaseEndsTheSessionWithoutAnAnswer() {
        Ip4 address = engine.bind(cpe);
        engine.receive(cpe.release(address));
        assertThat(engine.answers).isEmpty();
        assertThat(engine.closed).containsExactly(TerminateCause.USER_REQUEST);
        assertThat(engine.addresses).isEmpty();
    }

    @Test
    void releaseOfAnotherAddressOrToAnotherServerChangesNothing() {
        Ip4 address = engine.bind(cpe);
        engine.receive(cpe.release(address.plus(1)));
        assertThat(engine.counters.get(DhcpCounter.WRONG_ADDRESS)).isOne();
        engine.receive(cpe.unicast(
                cpe.message(MessageType.RELEASE, address, new DhcpOption.ServerIdentifier(Ip4.parse("192.0.2.1")))));
        assertThat(engine.counters.get(DhcpCounter.OTHER_SERVER)).isOne();
        assertThat(engine.only().isOpen()).isTrue();
    }

    @Test
    void declinedAddressIsNotGivenAgain() {
        Ip4 address = engine.bind(cpe);
        engine.receive(cpe.decline(address));
        assertThat(engine.answers).isEmpty();
        assertThat(engine.closed).containsExactly(TerminateCause.LOST_SERVICE);
        assertThat(engine.quarantined).containsExactly(address);
        assertThat(engine.ask(cpe.discover()).message().yiaddr()).isNotEqualTo(address);
    }

    @Test
    void declineOfSomebodyElsesAddressChangesNothing() {
        Ip4 address = engine.bind(cpe);
        Cpe other = new Cpe("02:00:00:00:08:01", 8);
        engine.receive(other.decline(address));
        assertThat(engine.counters.get(DhcpCounter.NO_RECORD)).isOne();
        assertThat(engine.quarantined).isEmpty();
        assertThat(engine.addresses).hasSize(1);
    }

    @Test
    void informIsAnsweredWithoutAddressAndWithoutLease() {
        Cpe.Answer ack = engine.ask(cpe.inform(Ip4.parse("10.64.0.77")));
        assertThat(ack.message().type()).isEqualTo(MessageType.ACK);
        assertThat(ack.message().yiaddr()).isEqualTo(Ip4.ANY);
        assertThat(ack.message().ciaddr()).isEqualTo(Ip4.parse("10.64.0.77"));
        assertThat(ack.to()).isEqualTo(Ip4.parse("10.64.0.77"));
        assertThat(ack.message().option(DhcpOption.LeaseTime.class)).isEmpty();
        assertThat(ack.message().option(DhcpOption.DnsServers.class)).isPresent();
        assertThat(engine.sessions).as("an INFORM opens no session").isEmpty();
    }

    @Test
    void informFromAForeignNetworkIsIgnored() {
        engine.receive(cpe.inform(Ip4.parse("192.168.1.7")));
        assertThat(engine.answers).isEmpty();
        assertThat(engine.counters.get(DhcpCounter.NO_NETWORK)).isOne();
    }

    @Test
    void withoutAFreeAddressThereIsNoOffer() {
        engine.addressesMax = 0;
        engine.receive(cpe.discover());
        assertThat(engine.answers).isEmpty();
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.counters.get(DhcpCounter.NO_ADDRESS)).isOne();
    }

    @Test
    void withoutAnswerFromRadiusThereIsNoOfferAndTheNextDiscoverAsksAgain() {
        engine.judge = FakeEngine.Judge.WAIT;
        engine.receive(cpe.discover());
        engine.tell(engine.only(), new Outcome.Unanswered("time-out"));
        assertThat(engine.answers).isEmpty();
        assertThat(engine.counters.get(DhcpCounter.UNANSWERED)).isOne();
        engine.receive(cpe.discover());
        assertThat(engine.questions).hasSize(2);
    }

    @Test
    void clientWhoseSessionCannotBeOpenedGetsNoAckAndMayAskAgain() {
        Ip4 address = engine.ask(cpe.discover()).message().yiaddr();
        engine.dataPlaneFails = true;
        engine.receive(cpe.select(Cpe.GATEWAY, address));
        assertThat(engine.answers).isEmpty();
        engine.dataPlaneFails = false;
        assertThat(engine.ask(cpe.select(Cpe.GATEWAY, address)).message().type())
                .isEqualTo(MessageType.ACK);
        assertThat(engine.only().isOpen()).isTrue();
        engine.advance(OFFER.plusSeconds(1));
        assertThat(engine.only().isOpen()).as("no offer timer is left").isTrue();
    }

    @Test
    void sessionThatCouldNotBeMadeDurableIsForgotten() {
        engine.bind(cpe);
        engine.withdraw(engine.only());
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.addresses).isEmpty();
        assertThat(engine.counters.get(DhcpCounter.NOT_DURABLE)).isOne();
    }

    @Test
    void operatorEndsASession() {
        engine.bind(cpe);
        engine.tell(engine.only(), new Outcome.Disconnect(TerminateCause.ADMIN_RESET));
        assertThat(engine.closed).containsExactly(TerminateCause.ADMIN_RESET);
        assertThat(engine.sessions).isEmpty();
    }

    @Test
    void oneMacOnTwoLinesIsTwoSessionsWithTwoAddresses() {
        Cpe twin = new Cpe(cpe.mac.toString(), 8);
        Ip4 first = engine.bind(cpe);
        Ip4 second = engine.bind(twin);
        assertThat(second).isNotEqualTo(first);
        assertThat(engine.sessions).hasSize(2);
        engine.receive(twin.release(second));
        assertThat(engine.addresses).containsOnlyKeys(first);
    }

    @Test
    void everyStateGoesOnAfterAnUpgrade() throws IncompatibleState {
        engine.judge = FakeEngine.Judge.WAIT;
        engine.receive(cpe.discover());
        engine.upgrade();
        engine.tell(engine.only(), new Outcome.Accepted(engine.authorization));
        Ip4 address = engine.answer().message().yiaddr();
        engine.upgrade();
        assertThat(engine.ask(cpe.select(Cpe.GATEWAY, address)).message().type())
                .isEqualTo(MessageType.ACK);
        engine.upgrade();
        assertThat(engine.ask(cpe.renew(address)).message().yiaddr()).isEqualTo(address);
        engine.advance(DAY);
        assertThat(engine.closed).containsExactly(TerminateCause.LOST_CARRIER);
    }

    @Test
    void forgedRelayOptionIsRefusedWhereTheAccessNetworkInsertsNone() {
        FakeEngine strict = new FakeEngine(settings(DhcpSettings.RelayOption.REFUSED));
        strict.receive(new Frame(0, Golden.read(DhcpServerTest.class, "rfc3046-2.0-discover-frame.hex")));
        assertThat(strict.questions).isEmpty();
        assertThat(strict.counters.get(DhcpCounter.RELAY_OPTION_REFUSED)).isOne();
        assertThat(strict.ask(cpe.discover()).message().type()).isEqualTo(MessageType.OFFER);
    }

    @Test
    void discoverWithoutRelayOptionIsDroppedWhereItIsRequired() {
        FakeEngine strict = new FakeEngine(settings(DhcpSettings.RelayOption.REQUIRED));
        strict.receive(cpe.discover());
        assertThat(strict.answers).isEmpty();
        assertThat(strict.counters.get(DhcpCounter.NO_RELAY_OPTION)).isOne();
        assertThat(strict.ask(new Frame(0, Golden.read(DhcpServerTest.class, "rfc3046-2.0-discover-frame.hex")))
                        .message()
                        .type())
                .isEqualTo(MessageType.OFFER);
    }

    @Test
    void messageTypeThatNoClientSendsIsIgnored() {
        engine.receive(cpe.broadcast(cpe.message(MessageType.OFFER, Ip4.ANY)));
        engine.receive(cpe.broadcast(cpe.message(200, Ip4.ANY)));
        assertThat(engine.counters.get(DhcpCounter.UNKNOWN_TYPE)).isEqualTo(2);
        assertThat(engine.sessions).isEmpty();
    }

    @Test
    void countersAreShownAsATable() {
        engine.bind(cpe);
        assertThat(engine.counters.table().rows())
                .contains(java.util.List.of("ACK sent", "1"))
                .hasSize(DhcpCounter.values().length);
        assertThat(java.util.Arrays.stream(DhcpCounter.values()).map(DhcpCounter::id))
                .doesNotHaveDuplicates();
    }

    private static DhcpSettings settings(DhcpSettings.RelayOption relayOption) {
        return new DhcpSettings(true, OFFER, Duration.ofSeconds(60), relayOption, Optional.empty());
    }

    private static Duration lease(Cpe.Answer answer) {
        return answer.message().option(DhcpOption.LeaseTime.class).orElseThrow().time();
    }
}
