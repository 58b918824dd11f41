package sluice.dataplane.xdp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.packet.io.DeviceFeatures;
import sluice.packet.io.KernelException;

/**
 * Access interfaces that take the outer VLAN tag off received frames and tell it beside them, where XDP does not see it
 * (rx-vlan-offload, rx-vlan-stag-hw-parse of ethtool; on by default in many drivers). Subscribers of different outer
 * tags would become one line. It is switched off; an interface that cannot do without it is left out. It stays off when
 * the data plane ends, since the programs go on. Immutable.
 */
final class TagStripping {

    private static final Logger LOG = LoggerFactory.getLogger(TagStripping.class);

    private final Map<String, Set<String>> stuck = new TreeMap<>();

    /** How it is switched off. */
    @FunctionalInterface
    interface Switch {

        /** Of one device; returns the features that stay on. */
        Set<String> off(String device) throws KernelException;
    }

    /** Asks the driver. */
    static Set<String> byDriver(String device) throws KernelException {
        DeviceFeatures features = new DeviceFeatures(device);
        Set<String> active = features.active(DeviceFeatures.TAG_STRIPPING);
        if (active.isEmpty()) {
            return active;
        }
        Set<String> left = features.switchOff(DeviceFeatures.TAG_STRIPPING);
        if (left.isEmpty()) {
            LOG.info("interface={} leaves VLAN tags in frames from now on: {} are off", device, active);
        }
        return left;
    }

    /** Switches it off on these interfaces, as far as they allow. */
    TagStripping(List<String> access, Switch hardware) throws KernelException {
        for (String device : access) {
            Set<String> left = hardware.off(device);
            if (!left.isEmpty()) {
                stuck.put(device, left);
                LOG.error(
                        "interface={} takes VLAN tags off received frames and cannot be told to leave them ({}): it is"
                                + " left out",
                        device,
                        String.join(", ", left));
            }
        }
    }

    /** Why an interface is left out; empty when it is not. */
    Optional<String> refusal(String device) {
        return Optional.ofNullable(stuck.get(device))
                .map(left -> "left out, its hardware takes VLAN tags off frames (" + String.join(", ", left) + ")");
    }
}
