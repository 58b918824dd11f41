package sluice.dataplane.linux;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.packet.io.PuntClass;
import sluice.packet.io.PuntLimits;

/**
 * The settings of the data plane.
 *
 * @param coreGateways next hops of everything from subscribers, one for each core interface or none at all
 * @param coreGateways6 the same for IPv6
 * @param capacity subscribers
 * @param queueMillis how long a shaped packet waits at most, at the rate of its subscriber
 * @param puntLimits frames for the control plane, and ARP
 */
record LinuxSettings(
        List<Ip4> coreGateways,
        List<Ip6> coreGateways6,
        int capacity,
        Shaping shaping,
        int queueMillis,
        PuntLimits puntLimits) {

    private static final int MOST = 1 << 18;
    private static final int QUEUE_MILLIS = 100;

    LinuxSettings {
        coreGateways = List.copyOf(coreGateways);
        coreGateways6 = List.copyOf(coreGateways6);
        if (capacity < 1 || capacity > MOST) {
            throw new IllegalArgumentException("capacity " + capacity + ", expected 1.." + MOST);
        }
        if (queueMillis < 1 || queueMillis > 1000) {
            throw new IllegalArgumentException("queue_millis " + queueMillis + ", expected 1..1000");
        }
    }

    /** With the rest as shipped. */
    LinuxSettings(List<Ip4> coreGateways, int capacity, Shaping shaping) {
        this(coreGateways, List.of(), capacity, shaping, QUEUE_MILLIS, PuntLimits.DEFAULT);
    }

    /** @throws IllegalArgumentException with the setting that is wrong */
    static LinuxSettings of(LinuxDataPlane.Config config) {
        return new LinuxSettings(
                addresses(config.core__gateway(), Ip4::parse),
                addresses(config.core__gateway6(), Ip6::parse),
                config.capacity(),
                Shaping.parse(config.shaping()),
                config.queue__millis(),
                new PuntLimits(
                        config.punt__line__per__second(),
                        Map.of(
                                PuntClass.DHCP, config.punt__dhcp__per__second(),
                                PuntClass.ND, config.punt__nd__per__second(),
                                PuntClass.ARP, config.punt__arp__per__second())));
    }

    private static <A> List<A> addresses(String text, Function<String, A> parse) {
        return Arrays.stream(text.split(",", -1))
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .map(parse)
                .toList();
    }
}
