package sluice.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import sluice.dhcp.DhcpOption.BroadcastAddress;
import sluice.dhcp.DhcpOption.DnsServers;
import sluice.dhcp.DhcpOption.LeaseTime;
import sluice.dhcp.DhcpOption.MessageType;
import sluice.dhcp.DhcpOption.SubnetMask;
import sluice.net.Ip4;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.TerminateCause;
import sluice.session.api.Timeouts;

/** What RADIUS grants to a client that has its lease already. */
class LaterGrantTest {
    private static final Ip4 FIXED = Ip4.parse("10.64.2.200");

    private final FakeEngine engine = new FakeEngine();
    private final Cpe cpe = new Cpe("02:00:00:00:07:01", 7);

    @Test
    void clientWithAnotherFixedAddressIsToldToBeginAnewAndGetsIt() {
        Ip4 address = engine.bind(cpe);
        engine.only().grant(fixed(OptionalInt.empty()));
        engine.authorization = fixed(OptionalInt.empty());
        assertThat(engine.ask(cpe.renew(address)).message().type()).isEqualTo(MessageType.NAK);
        assertThat(engine.closed).containsExactly(TerminateCause.NAS_REQUEST);
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.counters.get(DhcpCounter.MOVED)).isOne();
        assertThat(engine.bind(cpe)).isEqualTo(FIXED);
        assertThat(engine.ask(cpe.renew(FIXED)).message().type()).isEqualTo(MessageType.ACK);
    }

    @Test
    void clientThatStartsAgainGetsItsOtherAddressToo() {
        engine.bind(cpe);
        engine.only().grant(fixed(OptionalInt.empty()));
        engine.authorization = fixed(OptionalInt.empty());
        engine.receive(cpe.discover());
        assertThat(engine.answers).as("it repeats this").isEmpty();
        assertThat(engine.closed).containsExactly(TerminateCause.NAS_REQUEST);
        assertThat(engine.ask(cpe.discover()).message().yiaddr()).isEqualTo(FIXED);
    }

    @Test
    void clientOfAnotherPoolIsToldToBeginAnew() {
        Ip4 address = engine.bind(cpe);
        engine.only().grant(pool(engine.network.name()));
        assertThat(engine.ask(cpe.renew(address)).message().type()).isEqualTo(MessageType.ACK);
        engine.only().grant(pool("business"));
        assertThat(engine.ask(cpe.renew(address)).message().type()).isEqualTo(MessageType.NAK);
        assertThat(engine.closed).containsExactly(TerminateCause.NAS_REQUEST);
    }

    @Test
    void maskIsThatOfTheAddressWhichTheClientHas() {
        Ip4 address = engine.bind(cpe);
        engine.only().grant(fixed(OptionalInt.of(30)));
        assertThat(engine.ask(cpe.inform(address)).message().options())
                .contains(new SubnetMask(engine.network.prefix().netmask()))
                .contains(new BroadcastAddress(engine.network.prefix().broadcast()));
    }

    @Test
    void otherNameServersAreToldWithTheNextRenewal() {
        Ip4 address = engine.bind(cpe);
        Ip4 resolver = Ip4.parse("198.51.100.53");
        engine.only().grant(Authorization.DEFAULT.withAddressing(Addressing.NONE.withDns(List.of(resolver))));
        assertThat(engine.ask(cpe.renew(address)).message().options()).contains(new DnsServers(List.of(resolver)));
    }

    @Test
    void leaseIsNotLongerThanWhatIsLeftOfTheSessionTime() {
        engine.authorization = Authorization.DEFAULT.withTimeouts(
                new Timeouts(Optional.of(Duration.ofHours(5)), Optional.empty(), Optional.empty(), false));
        Ip4 address = engine.bind(cpe);
        assertThat(lease(cpe, address)).isEqualTo(Duration.ofHours(5));
        engine.timeLeft = Optional.of(Duration.ofHours(2));
        assertThat(lease(cpe, address)).isEqualTo(Duration.ofHours(2));
        engine.timeLeft = Optional.of(Duration.ZERO);
        assertThat(lease(cpe, address)).as("there is no shorter one").isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void leaseIsAsEverWhereRadiusIsAskedAgainAtTheEndOfTheSessionTime() {
        engine.authorization = Authorization.DEFAULT.withTimeouts(
                new Timeouts(Optional.of(Duration.ofHours(5)), Optional.empty(), Optional.empty(), true));
        assertThat(lease(cpe, engine.bind(cpe))).isEqualTo(engine.network.lease());
    }

    private Duration lease(Cpe client, Ip4 address) {
        return engine.ask(client.renew(address))
                .message()
                .option(LeaseTime.class)
                .orElseThrow()
                .time();
    }

    private static Authorization pool(String name) {
        return Authorization.DEFAULT.withAddressing(Addressing.NONE.withAddress(Optional.empty(), Optional.of(name)));
    }

    private static Authorization fixed(OptionalInt netmask) {
        Addressing none = Addressing.NONE;
        return Authorization.DEFAULT.withAddressing(new Addressing(
                Optional.of(FIXED),
                netmask,
                none.pool(),
                none.dns(),
                none.routes(),
                none.framedPrefix(),
                none.delegatedPrefix(),
                none.framedPrefixPool(),
                none.delegatedPrefixPool(),
                none.routes6()));
    }
}
