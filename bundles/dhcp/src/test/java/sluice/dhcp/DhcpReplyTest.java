package sluice.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Frame;
import sluice.dhcp.DhcpOption.ClientIdentifier;
import sluice.dhcp.DhcpOption.LeaseTime;
import sluice.dhcp.DhcpOption.MaximumSize;
import sluice.dhcp.DhcpOption.MessageType;
import sluice.dhcp.DhcpOption.ParameterRequestList;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Network;
import sluice.testkit.Golden;

/** What an answer says and where it goes (RFC 2131, 4.1 and 4.3.1). */
class DhcpReplyTest {
    private static final MacAddress RELAY_MAC = MacAddress.parse("02:00:00:00:ff:01");
    private static final Ip4 RELAY = Ip4.parse("10.64.3.254");

    private final FakeEngine engine = new FakeEngine();
    private final Cpe cpe = new Cpe("02:00:00:00:07:01", 7);

    @Test
    void offerIsTheGoldenOne() {
        Bytes discover = Golden.read(DhcpReplyTest.class, "rfc2131-4.4.1-discover.hex");
        Cpe.Answer offer = engine.ask(cpe.frame(cpe.mac, Ip4.ANY, Ip4.BROADCAST, discover));
        assertThat(offer.message().encode(1472).payload())
                .isEqualTo(Golden.read(DhcpReplyTest.class, "rfc2131-4.3.1-offer.hex"));
    }

    @Test
    void offerFrameThroughQinQIsTheGoldenOne() {
        engine.receive(new Frame(0, Golden.read(DhcpReplyTest.class, "rfc3046-2.0-discover-frame.hex")));
        assertThat(engine.frames)
                .containsExactly(new Frame(0, Golden.read(DhcpReplyTest.class, "rfc3046-2.2-offer-frame.hex")));
        assertThat(engine.only().key().line()).hasToString("0:100.7 1/0/3@cstm-relay-02");
    }

    @Test
    void nakIsTheGoldenOne() {
        engine.bind(cpe);
        Bytes request = Golden.read(DhcpReplyTest.class, "rfc2131-4.3.2-request-init-reboot.hex");
        Cpe.Answer nak = engine.ask(cpe.frame(cpe.mac, Ip4.ANY, Ip4.BROADCAST, request));
        assertThat(nak.message().encode(1472).payload())
                .isEqualTo(Golden.read(DhcpReplyTest.class, "rfc2131-4.3.2-nak.hex"));
    }

    @Test
    void answerGoesToTheClientFromTheGatewayAndNotTheOtherWayRound() {
        Cpe.Answer offer = engine.ask(cpe.discover());
        assertThat(offer.from()).isEqualTo(Cpe.GATEWAY);
        assertThat(offer.to()).isEqualTo(offer.message().yiaddr());
        assertThat(offer.ethernet().destination()).isEqualTo(cpe.mac);
        assertThat(offer.ethernet().source()).as("filled in by the frame sink").isEqualTo(MacAddress.ZERO);
        assertThat(offer.ethernet().tags()).isEqualTo(cpe.tags);
        assertThat(offer.port()).isEqualTo(DhcpRequest.CLIENT_PORT);
        assertThat(offer.message().chaddr()).isEqualTo(cpe.mac);
    }

    @Test
    void clientThatAsksForBroadcastGetsIt() {
        Cpe.Answer offer =
                engine.ask(cpe.broadcast(cpe.message(MessageType.DISCOVER, Ip4.ANY, Ip4.ANY, DhcpMessage.BROADCAST)));
        assertThat(offer.to()).isEqualTo(Ip4.BROADCAST);
        assertThat(offer.ethernet().destination()).isEqualTo(MacAddress.BROADCAST);
    }

    @Test
    void answerThroughARelayGoesToItsAddressAndServerPort() {
        DhcpMessage discover = cpe.message(MessageType.DISCOVER, Ip4.ANY, RELAY, 0);
        Cpe.Answer offer = engine.ask(relayed(discover));
        assertThat(offer.to()).isEqualTo(RELAY);
        assertThat(offer.port()).isEqualTo(DhcpRequest.SERVER_PORT);
        assertThat(offer.ethernet().destination()).isEqualTo(RELAY_MAC);
        assertThat(offer.message().giaddr()).isEqualTo(RELAY);
        assertThat(offer.message().hops()).isZero();
        Cpe.Answer ack = engine.ask(relayed(cpe.message(
                MessageType.REQUEST,
                Ip4.ANY,
                RELAY,
                0,
                new DhcpOption.ServerIdentifier(Cpe.GATEWAY),
                new DhcpOption.RequestedAddress(offer.message().yiaddr()))));
        assertThat(ack.message().type()).isEqualTo(MessageType.ACK);
        assertThat(engine.opened.getFirst().nextHop())
                .as("packets go by the relay")
                .isEqualTo(RELAY_MAC);
    }

    @Test
    void nakThroughARelayAsksItToBroadcast() {
        Cpe.Answer nak = engine.ask(relayed(cpe.message(
                MessageType.REQUEST, Ip4.ANY, RELAY, 0, new DhcpOption.RequestedAddress(Ip4.parse("192.168.1.50")))));
        assertThat(nak.message().type()).isEqualTo(MessageType.NAK);
        assertThat(nak.to()).isEqualTo(RELAY);
        assertThat(nak.message().wantsBroadcast()).isTrue();
    }

    @Test
    void linkSelectionNamesTheNetworkInPlaceOfTheRelay() throws Exception {
        Bytes discover = Golden.read(DhcpReplyTest.class, "rfc3527-3-relayed-discover.hex");
        DhcpRequest request = DhcpRequest.decode(cpe.frame(RELAY_MAC, Ip4.parse("192.0.2.9"), Cpe.GATEWAY, discover));
        assertThat(request.link()).contains(Ip4.parse("10.64.0.1"));
        engine.ask(cpe.frame(RELAY_MAC, Ip4.parse("192.0.2.9"), Cpe.GATEWAY, discover));
        assertThat(engine.answer().to()).isEqualTo(Ip4.parse("192.0.2.9"));
        assertThat(engine.questions.getFirst()).containsEntry("Actual-Data-Rate-Upstream", "1000000000");
    }

    @Test
    void priorityOfTheRequestIsNotThatOfTheAnswer() {
        Bytes frame = Golden.read(DhcpReplyTest.class, "rfc3046-2.0-discover-frame.hex");
        byte[] urgent = frame.toArray();
        urgent[14] |= (byte) 0xe0;
        Cpe.Answer offer = engine.ask(new Frame(0, Bytes.adopt(urgent)));
        assertThat(offer.ethernet().tags().getFirst().priority()).isZero();
    }

    @Test
    void everyAnswerHasAtLeastTheLengthOfBootp() {
        Ip4 address = engine.ask(cpe.discover(new ParameterRequestList(Bytes.of(1))))
                .message()
                .yiaddr();
        assertThat(engine.answer().length()).isEqualTo(300);
        assertThat(engine.ask(cpe.select(Cpe.GATEWAY, address.plus(9))).length())
                .isEqualTo(300);
    }

    @Test
    void clientIdentifierAndRelayOptionAreEchoedInEveryAnswer() {
        ClientIdentifier identifier = new ClientIdentifier(Bytes.fromHex("ff00010203"));
        RelayAgent relay = new RelayAgent(
                List.of(new RelayAgent.Part(1, Bytes.of(0, 0x22, 0x0a)), new RelayAgent.Part(151, Bytes.of(9))));
        Cpe known = new Cpe("02:00:00:00:07:02", 7, identifier, relay);
        Cpe.Answer offer = engine.ask(known.discover());
        assertEchoed(offer, identifier, relay);
        assertEchoed(engine.ask(known.select(Cpe.GATEWAY, offer.message().yiaddr())), identifier, relay);
        assertEchoed(engine.ask(known.reboot(Ip4.parse("192.168.1.9"))), identifier, relay);
    }

    @Test
    void parametersStandInTheOrderOfTheRequestWithTheMaskBeforeTheRouter() {
        Cpe.Answer offer =
                engine.ask(cpe.discover(new ParameterRequestList(Bytes.of(42, 6, 3, 1, 3, 99, 51, 82, 0, 255))));
        assertThat(codes(offer)).containsExactly(53, 54, 51, 58, 59, 42, 6, 1, 3);
    }

    @Test
    void clientThatAsksForNothingGetsEverything() {
        assertThat(codes(engine.ask(cpe.discover())))
                .containsExactly(53, 54, 51, 58, 59, 1, 3, 6, 15, 28, 42, 119, 121);
    }

    @Test
    void configuredOptionsAreGivenButThoseOfTheProtocolAreNotReplaced() {
        Map<Integer, Bytes> options = new HashMap<>();
        options.put(DhcpOption.VENDOR_SPECIFIC, Bytes.fromHex("0104686f6d65"));
        options.put(224, Bytes.utf8("https://ztp.example.net/"));
        options.put(DhcpOption.DOMAIN_NAME, Bytes.utf8("configured.example"));
        options.put(DhcpOption.VENDOR_CLASS, Bytes.utf8("sluice"));
        options.put(DhcpOption.MESSAGE_TYPE, Bytes.of(6));
        options.put(DhcpOption.LEASE_TIME, Bytes.of(0, 0, 0, 1));
        engine.network = with(options, Duration.ofDays(1));
        Cpe.Answer offer = engine.ask(cpe.discover(new ParameterRequestList(Bytes.of(224, 43, 60, 15, 53, 51))));
        assertThat(codes(offer)).containsExactly(53, 54, 51, 58, 59, 224, 43, 60, 15);
        assertThat(offer.message().type()).isEqualTo(MessageType.OFFER);
        assertThat(offer.message().options())
                .contains(new LeaseTime(Duration.ofDays(1)))
                .contains(new DhcpOption.DomainName(Bytes.utf8("configured.example")));
    }

    @Test
    void nameServersOfTheAuthorizationComeBeforeThoseOfTheNetwork() {
        Ip4 resolver = Ip4.parse("198.51.100.53");
        engine.authorization = Authorization.DEFAULT.withAddressing(Addressing.NONE.withDns(List.of(resolver)));
        assertThat(engine.ask(cpe.discover()).message().options())
                .contains(new DhcpOption.DnsServers(List.of(resolver)));
    }

    @Test
    void maskOfTheAuthorizationIsToldIfTheRouterIsOnThatLink() {
        engine.authorization = granted(29);
        assertThat(engine.ask(cpe.discover()).message().options())
                .contains(new DhcpOption.SubnetMask(Ip4.parse("255.255.255.248")))
                .contains(new DhcpOption.BroadcastAddress(Ip4.parse("10.64.0.7")));
        engine.authorization = granted(32);
        Cpe other = new Cpe("02:00:00:00:07:02", 8);
        assertThat(engine.ask(other.discover()).message().options())
                .contains(new DhcpOption.SubnetMask(engine.network.prefix().netmask()));
    }

    private static Authorization granted(int netmask) {
        Addressing none = Addressing.NONE;
        return Authorization.DEFAULT.withAddressing(new Addressing(
                Optional.of(Cpe.GATEWAY.plus(1)),
                OptionalInt.of(netmask),
                none.pool(),
                none.dns(),
                none.routes(),
                none.framedPrefix(),
                none.delegatedPrefix(),
                none.framedPrefixPool(),
                none.delegatedPrefixPool(),
                none.routes6()));
    }

    @Test
    void clientMayWishAShorterLeaseButNotALongerOneOrOneBelowTheMinimum() {
        assertThat(leaseFor(Duration.ofHours(1))).isEqualTo(Duration.ofHours(1));
        assertThat(leaseFor(Duration.ofDays(9))).isEqualTo(Duration.ofDays(1));
        assertThat(leaseFor(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(60));
        assertThat(leaseFor(Duration.ZERO)).isEqualTo(Duration.ofSeconds(60));
        engine.network = with(Map.of(), Duration.ofSeconds(20));
        assertThat(leaseFor(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void answerRespectsTheMaximumMessageSizeAndLeavesOutWhatIsWantedLeast() {
        Map<Integer, Bytes> options = new HashMap<>();
        for (int code = 200; code < 204; code++) {
            options.put(code, Bytes.adopt(new byte[100]));
        }
        engine.network = with(options, Duration.ofDays(1));
        Bytes wishes = Bytes.of(200, 201, 202, 203, 1);
        Cpe.Answer small = engine.ask(cpe.discover(new ParameterRequestList(wishes), new MaximumSize(100)));
        assertThat(small.length()).as("never below 576 bytes").isLessThanOrEqualTo(548);
        assertThat(codes(small))
                .as("file holds what the options area does not")
                .containsExactly(53, 54, 51, 58, 59, 200, 201, 1, 202);
        assertThat(engine.counters.get(DhcpCounter.OPTIONS_LEFT_OUT)).isOne();
        Cpe.Answer large = engine.ask(cpe.discover(new ParameterRequestList(wishes), new MaximumSize(1500)));
        assertThat(codes(large)).containsExactly(53, 54, 51, 58, 59, 200, 201, 202, 203, 1);
    }

    @Test
    void configuredServerIdentifierSpeaksForEveryNetwork() {
        Ip4 loopback = Ip4.parse("198.51.100.1");
        FakeEngine central = new FakeEngine(new DhcpSettings(
                true,
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                DhcpSettings.RelayOption.TRUSTED,
                Optional.of(loopback)));
        Cpe.Answer offer = central.ask(cpe.discover());
        assertThat(offer.from()).isEqualTo(loopback);
        assertThat(offer.message().options()).contains(new DhcpOption.ServerIdentifier(loopback));
        assertThat(central.ask(cpe.select(loopback, offer.message().yiaddr()))
                        .message()
                        .type())
                .isEqualTo(MessageType.ACK);
    }

    private Duration leaseFor(Duration wish) {
        LeaseTime lease = engine.ask(cpe.discover(new LeaseTime(wish)))
                .message()
                .option(LeaseTime.class)
                .orElseThrow();
        engine.advance(Duration.ofSeconds(30));
        return lease.time();
    }

    private Frame relayed(DhcpMessage message) {
        return cpe.frame(RELAY_MAC, RELAY, Cpe.GATEWAY, message.encode(1472).payload());
    }

    private static Network with(Map<Integer, Bytes> options, Duration lease) {
        Network home = FakeEngine.NETWORK;
        return new Network(
                home.name(), home.prefix(), home.gateway(), home.dns(), home.domain(), home.ntp(), lease, options);
    }

    private static List<Integer> codes(Cpe.Answer answer) {
        return answer.message().options().stream().map(DhcpOption::code).toList();
    }

    private static void assertEchoed(Cpe.Answer answer, ClientIdentifier identifier, RelayAgent relay) {
        assertThat(answer.message().options()).contains(identifier);
        assertThat(answer.message().options().getLast()).isEqualTo(relay);
    }
}
