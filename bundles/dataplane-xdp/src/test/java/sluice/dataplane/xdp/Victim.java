package sluice.dataplane.xdp;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.platform.api.HardwareProfile;

/** A control plane in a virtual machine of its own, to be killed. Says {@code ready} when its subscriber is online. */
final class Victim {

    private Victim() {}

    /**
     * Lives until it is killed.
     *
     * @param arguments pin directory, address of the core router
     */
    public static void main(String[] arguments) throws Exception {
        HardwareProfile hardware =
                new HardwareProfile("test", "bng-test", Ip4.parse("10.99.0.1"), List.of("trunk0"), List.of("core0"));
        XdpSettings settings =
                new XdpSettings(List.of(Ip4.parse(arguments[1])), Path.of(arguments[0]), XdpLinks.Mode.NATIVE, 4096);
        XdpDataPlane dataPlane = new XdpDataPlane(hardware, settings);
        dataPlane.networks(List.of(new NetworkEntry(Ip4Prefix.parse("10.64.0.0/22"), Packets.GATEWAY)));
        dataPlane.install(new SubscriberEntry(
                1,
                0,
                Packets.DOUBLE,
                Packets.SUBSCRIBER_MAC,
                Packets.SUBSCRIBER,
                Policer.UNLIMITED,
                Policer.UNLIMITED));
        while (dataPlane.subscribers().settings().cores().getFirst().nextHop().isEmpty()) {
            dataPlane.await(Duration.ofMillis(10));
        }
        System.out.println("ready");
        System.out.flush();
        while (true) {
            dataPlane.await(Duration.ofMinutes(1));
        }
    }
}
