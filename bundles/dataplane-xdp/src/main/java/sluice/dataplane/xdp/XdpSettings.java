package sluice.dataplane.xdp;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.packet.io.PuntClass;
import sluice.packet.io.PuntLimits;

/**
 * The settings of the data plane.
 *
 * @param coreGateways next hops of what comes from subscribers, one for each core interface from the first on
 * @param coreGateways6 the same for IPv6
 * @param pinDirectory in bpffs
 * @param capacity addresses in all networks together
 * @param fastPath whether the programs answer DHCP clients that have a lease
 */
record XdpSettings(
        List<Ip4> coreGateways,
        List<Ip6> coreGateways6,
        Path pinDirectory,
        XdpLinks.Mode mode,
        int capacity,
        PuntLimits puntLimits,
        boolean fastPath) {

    private static final int LEAST = 64;
    private static final int MOST = 1 << 22;
    private static final int SHARE = 16;
    private static final int PREFIXES_EACH = 2;
    private static final int CAPACITY_OF_A_BLOCK = 512; // two prefixes each, side by side

    XdpSettings {
        coreGateways = List.copyOf(coreGateways);
        coreGateways6 = List.copyOf(coreGateways6);
        if (capacity < LEAST || capacity > MOST) {
            throw new IllegalArgumentException("capacity " + capacity + ", expected " + LEAST + ".." + MOST);
        }
    }

    /** IPv4 alone, with a fast path, as shipped. */
    XdpSettings(List<Ip4> coreGateways, Path pinDirectory, XdpLinks.Mode mode, int capacity, PuntLimits puntLimits) {
        this(coreGateways, List.of(), pinDirectory, mode, capacity, puntLimits, true);
    }

    /** The same with the limits as shipped. */
    XdpSettings(List<Ip4> coreGateways, Path pinDirectory, XdpLinks.Mode mode, int capacity) {
        this(coreGateways, pinDirectory, mode, capacity, PuntLimits.DEFAULT);
    }

    /** @throws IllegalArgumentException with the setting that is wrong */
    static XdpSettings of(XdpDataPlane.Config config) {
        return new XdpSettings(
                addresses(config.core__gateway(), Ip4::parse),
                addresses(config.core__gateway6(), Ip6::parse),
                Path.of(config.pin__directory()),
                mode(config.mode()),
                config.capacity(),
                puntLimits(config),
                config.fast__path());
    }

    private static PuntLimits puntLimits(XdpDataPlane.Config config) {
        return new PuntLimits(
                config.punt__line__per__second(),
                Map.of(
                        PuntClass.DHCP, config.punt__dhcp__per__second(),
                        PuntClass.PPPOE, config.punt__pppoe__per__second(),
                        PuntClass.PPP, config.punt__ppp__per__second(),
                        PuntClass.ND, config.punt__nd__per__second(),
                        PuntClass.ARP, config.punt__arp__per__second(),
                        PuntClass.OTHER, config.punt__other__per__second()));
    }

    private static <A> List<A> addresses(String text, Function<String, A> parse) {
        return text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", -1))
                        .map(String::trim)
                        .map(parse)
                        .toList();
    }

    private static XdpLinks.Mode mode(String text) {
        for (XdpLinks.Mode mode : XdpLinks.Mode.values()) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("mode \"" + text + "\", expected auto, native or generic");
    }

    /** Entries for addresses outside the networks: one for every sixteen inside. */
    int spareEntries() {
        return Math.max(LEAST, capacity / SHARE);
    }

    /** All entries. */
    int entries() {
        return capacity + spareEntries();
    }

    /**
     * How many entries the maps have whose size is a setting. Hash maps pay 16 bytes for each power of two above
     * theirs, used or not: those of all subscribers go by the capacity, which a power of two makes cheapest.
     */
    Map<String, Integer> mapEntries() {
        int blocks = Math.max(LEAST, capacity / CAPACITY_OF_A_BLOCK);
        return Map.of(
                "prefix_blocks",
                blocks,
                "block_numbers",
                blocks,
                "subscribers",
                entries(),
                "outside",
                spareEntries(),
                "prefixes",
                PREFIXES_EACH * capacity,
                "routes",
                spareEntries(),
                "pppoe",
                capacity,
                "leases",
                capacity);
    }
}
