package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.xdp.GatewaySettings.Core;
import sluice.dataplane.xdp.GatewaySettings.Port;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;

/** Several interfaces to the core and several access interfaces, of which one is the loopback device of the bench. */
final class InterfacesTest {

    private static final int ELSEWHERE = 77;
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:02:01");
    private static final MacAddress OTHER_HOP = MacAddress.parse("02:00:00:00:02:02");
    private static final Port PORT = new Port("lo", Bench.LOOPBACK, Bench.MTU, Packets.GATEWAY_MAC);
    private static final Port OTHER_PORT = new Port("other", ELSEWHERE, Bench.MTU, OTHER_MAC);

    private Bench bench;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    private static Core core(int ifindex, MacAddress mac, Optional<MacAddress> nextHop) {
        return new Core(ifindex, 1500, mac, nextHop, Optional.empty(), Ip6.ANY);
    }

    private static SubscriberEntry entry(long session, int port, Ip4 address) {
        return new SubscriberEntry(
                session, port, Packets.SINGLE, Packets.SUBSCRIBER_MAC, address, Policer.UNLIMITED, Policer.UNLIMITED);
    }

    private static Bytes up(Ip4 source, int size) {
        return Packets.ip(
                Packets.GATEWAY_MAC,
                Packets.SUBSCRIBER_MAC,
                Packets.SINGLE,
                Packets.udp(source, Packets.SERVER, 9000, size));
    }

    @Test
    void sourcesAreSpreadOverTheCoresAndStayThere() throws Exception {
        Subscribers subscribers = bench.adopt(
                List.of(
                        core(ELSEWHERE, Packets.CORE_MAC, Optional.of(Packets.NEXT_HOP_MAC)),
                        core(ELSEWHERE + 1, OTHER_MAC, Optional.empty()),
                        core(Bench.LOOPBACK, OTHER_MAC, Optional.of(OTHER_HOP))),
                List.of(PORT));
        Map<Bytes, Integer> uses = new HashMap<>();
        for (int i = 0; i < 64; i++) {
            Ip4 source = Packets.SUBSCRIBER.plus(i);
            subscribers.install(entry(i + 1, 0, source));
            Bytes head = bench.access(up(source, 10)).frame().slice(0, 12);
            assertThat(bench.access(up(source, 500)).frame().slice(0, 12)).isEqualTo(head);
            uses.merge(head, 1, Integer::sum);
        }
        assertThat(uses.keySet())
                .containsExactlyInAnyOrder(
                        Packets.NEXT_HOP_MAC.toBytes().plus(Packets.CORE_MAC.toBytes()),
                        OTHER_HOP.toBytes().plus(OTHER_MAC.toBytes()));
        assertThat(uses.values()).allSatisfy(count -> assertThat(count).isGreaterThan(16));
    }

    @Test
    void routersThatAreLeftGetTheShareOfOneThatIsGone() throws Exception {
        Subscribers subscribers = bench.adopt(
                List.of(
                        core(ELSEWHERE, Packets.CORE_MAC, Optional.of(Packets.NEXT_HOP_MAC)),
                        core(Bench.LOOPBACK, OTHER_MAC, Optional.of(OTHER_HOP))),
                List.of(PORT));
        subscribers.lostHop(0);
        for (int i = 0; i < 16; i++) {
            Ip4 source = Packets.SUBSCRIBER.plus(i);
            subscribers.install(entry(i + 1, 0, source));
            assertThat(bench.access(up(source, 10)).frame().slice(0, 6)).isEqualTo(OTHER_HOP.toBytes());
        }
        subscribers.lostHop(1);
        assertThat(bench.access(up(Packets.SUBSCRIBER, 10)).verdict())
                .as("the last one stays")
                .isEqualTo(Verdict.FORWARDED_UP);
        subscribers.nextHop(0, Packets.NEXT_HOP_MAC);
        subscribers.lostHop(1);
        assertThat(bench.access(up(Packets.SUBSCRIBER, 10)).frame().slice(0, 6))
                .isEqualTo(Packets.NEXT_HOP_MAC.toBytes());
    }

    @Test
    void everyCoreInterfaceDelivers() throws Exception {
        Subscribers subscribers = bench.adopt(
                List.of(
                        core(ELSEWHERE, Packets.CORE_MAC, Optional.of(Packets.NEXT_HOP_MAC)),
                        core(Bench.LOOPBACK, OTHER_MAC, Optional.empty())),
                List.of(PORT));
        subscribers.install(entry(1, 0, Packets.SUBSCRIBER));
        Bytes packet = Packets.udp(Packets.SERVER, Packets.SUBSCRIBER, 9000, 10);
        assertThat(bench.core(Packets.ip(OTHER_MAC, OTHER_HOP, Packets.UNTAGGED, packet))
                        .verdict())
                .isEqualTo(Verdict.FORWARDED_DOWN);
        assertThat(bench.core(Packets.ip(Packets.CORE_MAC, OTHER_HOP, Packets.UNTAGGED, packet))
                        .verdict())
                .as("to another interface's address")
                .isEqualTo(Verdict.PASSED);
    }

    @Test
    void nothingLeavesWhileNoRouterIsKnown() throws Exception {
        Subscribers subscribers = bench.adopt(
                List.of(
                        core(ELSEWHERE, Packets.CORE_MAC, Optional.empty()),
                        core(ELSEWHERE + 1, OTHER_MAC, Optional.empty())),
                List.of(PORT));
        subscribers.install(entry(1, 0, Packets.SUBSCRIBER));
        assertThat(bench.access(up(Packets.SUBSCRIBER, 10)).verdict()).isEqualTo(Verdict.NO_NEXT_HOP);
        subscribers.nextHop(1, OTHER_HOP);
        assertThat(bench.access(up(Packets.SUBSCRIBER, 10)).frame().slice(0, 6)).isEqualTo(OTHER_HOP.toBytes());
    }

    @Test
    void subscriberBelongsToOnePort() throws Exception {
        Subscribers subscribers = bench.adopt(
                List.of(core(Bench.LOOPBACK, Packets.CORE_MAC, Optional.of(Packets.NEXT_HOP_MAC))),
                List.of(OTHER_PORT, PORT));
        subscribers.install(entry(1, 1, Packets.SUBSCRIBER));
        assertThat(bench.access(up(Packets.SUBSCRIBER, 10)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        subscribers.install(entry(1, 0, Packets.SUBSCRIBER));
        assertThat(bench.access(up(Packets.SUBSCRIBER, 10)).verdict()).isEqualTo(Verdict.SPOOFED_LINE);
        Bytes down = Packets.down(10);
        assertThat(bench.core(down).frame().slice(6, 6))
                .as("from the other port")
                .isEqualTo(OTHER_MAC.toBytes());
    }

    private void adopt(Port... ports) throws KernelException {
        Subscribers ignored = bench.adopt(
                List.of(core(Bench.LOOPBACK, Packets.CORE_MAC, Optional.of(Packets.NEXT_HOP_MAC))), List.of(ports));
    }

    @Test
    void positionOfAnInterfaceWithSubscribersDoesNotBecomeAnothers() throws Exception {
        adopt(PORT);
        bench.subscribers().install(entry(1, 0, Packets.SUBSCRIBER));
        for (List<Port> others : List.of(List.of(OTHER_PORT, PORT), List.of(OTHER_PORT), List.<Port>of())) {
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> adopt(others.toArray(Port[]::new)))
                    .withMessageContaining(
                            others.stream().map(Port::name).collect(Collectors.joining(", ", "are \"", "\"")))
                    .withMessageContaining("were \"" + PORT.name() + "\"");
            assertThat(bench.access(up(Packets.SUBSCRIBER, 10)).verdict())
                    .as("what was there goes on")
                    .isEqualTo(Verdict.FORWARDED_UP);
        }
        adopt(PORT, OTHER_PORT);
        assertThat(bench.access(up(Packets.SUBSCRIBER, 10)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        bench.subscribers().remove(1, Packets.SUBSCRIBER);
        adopt(OTHER_PORT, PORT);
    }
}
