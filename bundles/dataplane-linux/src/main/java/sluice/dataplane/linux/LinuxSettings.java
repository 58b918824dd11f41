package sluice.dataplane.linux;

import java.util.Arrays;
import java.util.List;
import sluice.net.Ip4;

/**
 * The settings of the data plane.
 *
 * @param coreGateways next hops of everything from subscribers, one for each core interface or none at all
 * @param capacity subscribers
 */
record LinuxSettings(List<Ip4> coreGateways, int capacity) {

    private static final int MOST = 1 << 18;

    LinuxSettings {
        coreGateways = List.copyOf(coreGateways);
        if (capacity < 1 || capacity > MOST) {
            throw new IllegalArgumentException("capacity " + capacity + ", expected 1.." + MOST);
        }
    }

    /** @throws IllegalArgumentException with the setting that is wrong */
    static LinuxSettings of(LinuxDataPlane.Config config) {
        List<Ip4> gateways = Arrays.stream(config.core__gateway().split(",", -1))
                .map(String::trim)
                .filter(text -> !text.isEmpty())
                .map(Ip4::parse)
                .toList();
        return new LinuxSettings(gateways, config.capacity());
    }
}
