package sluice.dataplane.xdp;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import sluice.net.Ip4;

/**
 * The settings of the data plane.
 *
 * @param coreGateway next hop of everything from subscribers
 * @param pinDirectory in bpffs
 * @param capacity addresses in all networks together
 */
record XdpSettings(Optional<Ip4> coreGateway, Path pinDirectory, XdpLinks.Mode mode, int capacity) {

    private static final int LEAST = 64;
    private static final int MOST = 1 << 22;
    private static final int SHARE = 8;

    XdpSettings {
        if (capacity < LEAST || capacity > MOST) {
            throw new IllegalArgumentException("capacity " + capacity + ", expected " + LEAST + ".." + MOST);
        }
    }

    /** @throws IllegalArgumentException with the setting that is wrong */
    static XdpSettings of(XdpDataPlane.Config config) {
        String gateway = config.core__gateway().trim();
        return new XdpSettings(
                gateway.isEmpty() ? Optional.empty() : Optional.of(Ip4.parse(gateway)),
                Path.of(config.pin__directory()),
                mode(config.mode()),
                config.capacity());
    }

    private static XdpLinks.Mode mode(String text) {
        for (XdpLinks.Mode mode : XdpLinks.Mode.values()) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("mode \"" + text + "\", expected auto, native or generic");
    }

    /** Entries for addresses outside the networks: one for every eight inside. */
    int spareEntries() {
        return Math.max(LEAST, capacity / SHARE);
    }

    /** All entries. */
    int entries() {
        return capacity + spareEntries();
    }
}
