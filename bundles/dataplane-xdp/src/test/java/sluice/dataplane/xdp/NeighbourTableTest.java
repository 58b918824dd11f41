package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.loop.Closer;
import sluice.net.Ip6;
import sluice.net.MacAddress;
import sluice.packet.io.NetworkDevice;
import sluice.testkit.Namespace;

/** The kernel's own table of IPv6 neighbours. */
final class NeighbourTableTest {

    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:33");

    private final Closer closer = new Closer();
    private Namespace gateway;

    @BeforeEach
    void build() {
        Privileged.assumeNamespaces();
        gateway = closer.add(new Namespace("xdp6-nb"));
        Namespace.connect(gateway, "core0", gateway, "net0", 1500);
    }

    @AfterEach
    void tearDown() {
        closer.close();
    }

    private NeighbourTable table(String router) throws Exception {
        return closer.add(gateway.call(() ->
                new NeighbourTable(Ip6.parse(router), NetworkDevice.of("core0").ifindex())));
    }

    @Test
    void neighbourOfTheCoreInterfaceIsTheAnswer() throws Exception {
        gateway.ip("neigh", "add", "2001:db8::2", "lladdr", MAC.toString(), "dev", "core0", "nud", "stale");
        gateway.ip("neigh", "add", "fe80::2", "lladdr", MAC.toString(), "dev", "core0", "nud", "permanent");
        assertThat(table("2001:db8::2").find()).contains(MAC);
        assertThat(table("fe80::2").find()).contains(MAC);
    }

    @Test
    void neighbourThatDidNotAnswerIsNone() throws Exception {
        gateway.ip("neigh", "add", "2001:db8::2", "dev", "core0", "nud", "failed");
        NeighbourTable table = table("2001:db8::2");
        assertThat(table.find()).isEmpty();
        gateway.ip("neigh", "replace", "2001:db8::2", "lladdr", MAC.toString(), "dev", "core0", "nud", "reachable");
        assertThat(table.find()).contains(MAC);
    }

    @Test
    void neighbourOfAnotherInterfaceIsNone() throws Exception {
        gateway.ip("neigh", "add", "2001:db8::2", "lladdr", MAC.toString(), "dev", "net0", "nud", "permanent");
        assertThat(table("2001:db8::2").find()).isEmpty();
        assertThat(table("2001:db8::3").find()).isEmpty();
    }
}
