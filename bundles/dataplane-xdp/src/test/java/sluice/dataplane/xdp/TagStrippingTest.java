package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.net.Bytes;
import sluice.packet.io.DeviceFeatures;

/** Interfaces that would take VLAN tags off: a veth has the features and can switch them off. */
@Timeout(60)
final class TagStrippingTest {

    @BeforeEach
    void assume() {
        Privileged.assumeNamespaces();
    }

    private static String stripping(FarEnds ends, String device) {
        return ends.gateway()
                .exec("ethtool", "-k", device)
                .lines()
                .filter(line -> line.startsWith("rx-vlan-offload:") || line.startsWith("rx-vlan-stag-hw-parse:"))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .toList()
                .toString();
    }

    @Test
    void accessInterfacesLeaveTagsInFramesAndTheCoreIsLeftAlone() throws Exception {
        try (FarEnds ends = new FarEnds(1600)) {
            assertThat(stripping(ends, "trunk0")).isEqualTo("[on, on]");
            XdpDataPlane dataPlane = ends.start();
            assertThat(stripping(ends, "trunk0")).isEqualTo("[off, off]");
            assertThat(stripping(ends, "core0")).isEqualTo("[on, on]");
            assertThat(new StatusTable(dataPlane).complaints()).isEmpty();
            dataPlane.close();
            assertThat(stripping(ends, "trunk0"))
                    .as("as long as the programs go on")
                    .isEqualTo("[off, off]");
        }
    }

    @Test
    void featuresAreSwitchedOffOneByOne() throws Exception {
        try (FarEnds ends = new FarEnds(1600)) {
            Set<String> left = ends.gateway()
                    .call(() -> new DeviceFeatures("trunk0").switchOff(Set.of("rx-vlan-hw-parse", "no-such-feature")));
            assertThat(left).isEmpty();
            assertThat(stripping(ends, "trunk0")).isEqualTo("[off, on]");
            Set<String> active =
                    ends.gateway().call(() -> new DeviceFeatures("trunk0").active(DeviceFeatures.TAG_STRIPPING));
            assertThat(active).containsExactly("rx-vlan-stag-hw-parse");
        }
    }

    /** No device of a test machine refuses; the driver's answer is given by hand, everything behind it is real. */
    @Test
    void interfaceThatCannotLeaveTagsInFramesIsLeftOutByName() throws Exception {
        try (FarEnds ends = new FarEnds(1600)) {
            ends.start().close();
            assertThat(ends.gateway().ip("link", "show", "trunk0")).contains("prog/xdp");
            XdpDataPlane dataPlane = ends.start(device -> Set.of("rx-vlan-hw-parse"));
            String why = "left out, its hardware takes VLAN tags off frames (rx-vlan-hw-parse)";
            assertThat(ends.gateway().ip("link", "show", "trunk0")).doesNotContain("prog/xdp");
            assertThat(ends.gateway().ip("link", "show", "core0")).contains("prog/xdp");
            assertThat(new StatusTable(dataPlane).table().rows())
                    .contains(List.of("access", "trunk0 " + ends.trunkMac() + ", MTU 1600, " + why));
            assertThat(new StatusTable(dataPlane).complaints()).containsExactly("Interface trunk0 is " + why + ".");
            Bytes discover = Packets.dhcp(Packets.DOUBLE, 300);
            ends.subscriber().send(discover);
            assertThat(ends.subscriber().numbers()).isEmpty();
            assertThat(dataPlane.poll((port, memory, offset, length) -> {}, 64)).isZero();
        }
    }
}
