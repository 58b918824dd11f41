package sluice.dataplane.xdp;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.LeaseKey;
import sluice.dataplane.api.LeaseTerms;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.platform.api.HardwareProfile;

/**
 * Fills the maps for lab/bench forward with the bundle of the appliance: addresses, lines and MACs as in traffic.h, each
 * with a policy that is far above what the bench sends, and one of IPoE with a lease. Ends and leaves what is pinned.
 */
final class SubscriberFiller {

    private static final Ip4 GATEWAY = Ip4.parse("10.128.0.1");
    private static final Ip6 FIRST_PREFIX = Ip6.parse("2001:db8::");
    private static final int LINES_PER_SVLAN = 2048;
    private static final int FIRST_SVLAN = 100;
    private static final int FIRST_CVLAN = 2;
    private static final int PPPOE_SESSIONS = 32768;
    private static final long FIRST_MAC = 0x02db_0000_0000L;
    private static final Policer POLICY = new Policer(400_000_000_000L, 4_000_000_000L);

    private static final LeaseTerms TERMS = new LeaseTerms(
            GATEWAY,
            Duration.ofDays(1),
            Optional.empty(),
            Optional.empty(),
            Bytes.fromHex("330400015180"),
            Bytes.fromHex("0106000400640002"),
            true);

    private SubscriberFiller() {}

    /**
     * @param words pin directory, next hop, the same of IPv6, shape, how many subscribers, network, length of the IPv6
     *     prefix that each has (0: none)
     */
    public static void main(String[] words) throws Exception {
        int subscribers = Integer.parseInt(words[4]);
        Ip4Prefix network = Ip4Prefix.parse(words[5]);
        int prefixLength = Integer.parseInt(words[6]);
        HardwareProfile hardware =
                new HardwareProfile("bench", "bench", Ip4.parse("10.99.0.1"), List.of("trunk0"), List.of("core0"));
        XdpDataPlane.Config config = config(words[0], words[1], words[2], 1 << (32 - network.length()));
        XdpDataPlane dataPlane = new XdpDataPlane(hardware, config);
        dataPlane.networks(List.of(new NetworkEntry(network, GATEWAY)));
        while (!hasNextHops(dataPlane.subscribers().settings().cores().getFirst())) {
            dataPlane.await(Duration.ofMillis(10));
        }
        boolean pppoe = words[3].equals("pppoe");
        for (int number = 0; number < subscribers; number++) {
            SubscriberEntry entry = entry(number, pppoe, prefixLength);
            dataPlane.install(entry);
            if (!pppoe && !dataPlane.leases().put(key(entry), entry.session(), entry.address(), TERMS, TERMS.lease())) {
                throw new IllegalStateException("No lease for subscriber " + number);
            }
        }
        dataPlane.close();
        System.exit(0);
    }

    private static LeaseKey key(SubscriberEntry entry) {
        List<VlanTag> tags = entry.tags();
        return new LeaseKey(entry.port(), tags.get(0).vid(), tags.get(1).vid(), entry.mac());
    }

    private static boolean hasNextHops(GatewaySettings.Core core) {
        return core.nextHop().isPresent() && core.nextHop6().isPresent();
    }

    private static SubscriberEntry entry(int number, boolean pppoe, int prefixLength) {
        List<VlanTag> tags = List.of(
                VlanTag.service(new VlanId(FIRST_SVLAN + number / LINES_PER_SVLAN)),
                VlanTag.customer(new VlanId(FIRST_CVLAN + number % LINES_PER_SVLAN)));
        return new SubscriberEntry(
                number + 1L,
                0,
                tags,
                new MacAddress(FIRST_MAC | number),
                pppoe ? 1 + number % PPPOE_SESSIONS : 0,
                GATEWAY.plus(1 + number),
                prefixLength == 0 ? List.of() : List.of(prefix(number, prefixLength)),
                POLICY,
                POLICY,
                Treatment.PLAIN);
    }

    private static Ip6Prefix prefix(int number, int length) {
        return new Ip6Prefix(new Ip6(FIRST_PREFIX.high() + ((long) number << (Long.SIZE - length)), 0), length);
    }

    /** The settings as the framework would give them: the defaults but for these. */
    private static XdpDataPlane.Config config(String pins, String gateway, String gateway6, int capacity) {
        Map<String, Object> set = Map.of(
                "pin__directory", pins,
                "core__gateway", gateway,
                "core__gateway6", gateway6,
                "capacity", capacity,
                "mode", "native");
        return (XdpDataPlane.Config) Proxy.newProxyInstance(
                XdpDataPlane.Config.class.getClassLoader(),
                new Class<?>[] {XdpDataPlane.Config.class},
                (proxy, method, arguments) -> set.getOrDefault(method.getName(), method.getDefaultValue()));
    }
}
