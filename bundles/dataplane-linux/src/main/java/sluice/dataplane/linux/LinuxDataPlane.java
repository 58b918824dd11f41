package sluice.dataplane.linux;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.FrameSink;
import sluice.dataplane.api.FrameSource;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.loop.Closer;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PacketFilter;
import sluice.packet.io.PacketSocket;
import sluice.packet.io.PuntCounter;
import sluice.packet.io.PuntPorts;
import sluice.platform.api.CounterSet;
import sluice.platform.api.HardwareProfile;

/**
 * The data plane of a kernel or a network card without XDP: nftables decides, counts and polices, the kernel's router
 * forwards, packet sockets punt. All of it stays in the kernel when this is closed or killed, and goes on.
 */
@Component(
        service = {DataPlane.class, FrameSource.class, FrameSink.class, LinuxDataPlane.class},
        configurationPid = "sluice.dataplane.linux")
@Designate(ocd = LinuxDataPlane.Config.class)
public final class LinuxDataPlane implements DataPlane, FrameSource, FrameSink {

    private static final Logger LOG = LoggerFactory.getLogger(LinuxDataPlane.class);
    private static final String LOOPBACK = "lo";

    /** What the operator can set, in {@code etc/sluice.dataplane.linux.cfg}; two underscores here are one there. */
    @ObjectClassDefinition(name = "Linux data plane")
    @interface Config {

        @AttributeDefinition(
                description = "Address of the router behind each core interface, in the order of the profile,"
                        + " separated by commas; empty: where the kernel's routes lead")
        String core__gateway() default "";

        @AttributeDefinition(description = "Subscribers at the same time", min = "1", max = "262144")
        int capacity() default 16384;
    }

    private final Closer closer = new Closer();
    private final Subscribers subscribers;
    private final Gateways gateways;
    private final PuntPorts ports;
    private final Tool nft;

    /** For the framework. */
    @Activate
    public LinuxDataPlane(@Reference HardwareProfile hardware, Config config) throws KernelException {
        this(hardware, LinuxSettings.of(config));
    }

    /**
     * Makes the rules, or replaces them and finds what is there.
     *
     * @throws KernelException with the reason for the operator: no rights, no interface, no nftables
     */
    LinuxDataPlane(HardwareProfile hardware, LinuxSettings settings) throws KernelException {
        try {
            nft = Tool.named("nft");
            List<NetworkDevice> access = devices(hardware.access());
            devices(hardware.core());
            nft.run(Ruleset.of(hardware.access()), "-f", "-");
            new Router().prepare(hardware.access(), hardware.core(), settings.coreGateways());
            Elements elements = new Elements(closer.add(new NetlinkSocket("nftables", NetlinkSocket.NETFILTER)));
            NetlinkSocket rtnetlink = closer.add(new NetlinkSocket("routes", NetlinkSocket.ROUTE));
            Routes routes = new Routes(rtnetlink, NetworkDevice.of(LOOPBACK).ifindex());
            subscribers = new Subscribers(
                    elements,
                    routes,
                    access.stream().map(NetworkDevice::ifindex).toList(),
                    settings.capacity());
            gateways = new Gateways(
                    elements,
                    routes,
                    prefix -> subscribers.all().stream()
                            .anyMatch(found -> prefix.contains(found.entry().address())));
            ports = closer.add(openPorts(access));
            LOG.info("{} sessions found in nftables", subscribers.all().size());
        } catch (KernelException refusal) {
            throw closer.closeAfter(refusal);
        } catch (RuntimeException failure) {
            throw closer.closeAfter(failure);
        }
    }

    private static List<NetworkDevice> devices(List<String> names) throws KernelException {
        List<NetworkDevice> devices = new ArrayList<>();
        for (String name : names) {
            NetworkDevice device = NetworkDevice.of(name);
            if (!device.up()) {
                throw new KernelException("interface " + name + " is down", KernelException.ENODEV);
            }
            device.keepFramesApart();
            devices.add(device);
        }
        return devices;
    }

    private static PuntPorts openPorts(List<NetworkDevice> access) throws KernelException {
        List<PuntPorts.Port> opened = new ArrayList<>();
        for (NetworkDevice device : access) {
            PacketSocket socket = new PacketSocket(device, opened.size(), PacketFilter.DHCP);
            opened.add(new PuntPorts.Port(device.mac(), List.of(socket)));
        }
        return new PuntPorts(opened);
    }

    /** Gives sockets back. What is in the kernel goes on forwarding. */
    @Deactivate
    void close() {
        closer.close();
    }

    @Override
    public void networks(List<NetworkEntry> networks) throws DataPlaneException {
        gateways.set(networks);
    }

    @Override
    public void install(SubscriberEntry entry) throws DataPlaneException {
        subscribers.install(entry);
    }

    @Override
    public Optional<Traffic> stop(long session, Ip4 address) throws DataPlaneException {
        return subscribers.stop(session, address);
    }

    @Override
    public Optional<Traffic> remove(long session, Ip4 address) throws DataPlaneException {
        return subscribers.remove(session, address);
    }

    @Override
    public Optional<Traffic> read(long session, Ip4 address) {
        return subscribers.read(session, address);
    }

    @Override
    public List<SubscriberEntry> entries() {
        return subscribers.all().stream().map(Subscribers.Held::entry).toList();
    }

    @Override
    public int poll(FrameHandler handler, int max) {
        return ports.poll(handler, max);
    }

    @Override
    public void await(Duration limit) {
        ports.await(limit);
    }

    @Override
    public void wake() {
        ports.wake();
    }

    @Override
    public boolean send(Frame frame) {
        return ports.send(frame);
    }

    @Override
    public void flush() {
        ports.flush();
    }

    Collection<Subscribers.Held> held() {
        return subscribers.all();
    }

    List<NetworkEntry> networks() {
        return gateways.networks();
    }

    /** Packets that were refused, by rule, as nft(8) counts them. */
    DropCounts drops() throws KernelException {
        return DropCounts.parse(nft.run("", "list", "counters", "table", "ip", Ruleset.TABLE));
    }

    long puntedLost() throws KernelException {
        return ports.lost();
    }

    CounterSet<PuntCounter> puntCounters() {
        return ports.counters();
    }
}
