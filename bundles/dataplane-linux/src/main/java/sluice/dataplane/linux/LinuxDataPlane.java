package sluice.dataplane.linux;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
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
import sluice.dataplane.api.EntryId;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.FrameSink;
import sluice.dataplane.api.FrameSource;
import sluice.dataplane.api.Garden;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.loop.Closer;
import sluice.loop.MonotonicClock;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PacketFilter;
import sluice.packet.io.PacketSocket;
import sluice.packet.io.PuntCounter;
import sluice.packet.io.PuntPorts;
import sluice.packet.io.PuntSocket;
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

        @AttributeDefinition(
                description = "The same for IPv6, link-local or global; empty: where the kernel's routes lead")
        String core__gateway6() default "";

        @AttributeDefinition(
                description = "policer: what is over a rate is dropped; htb: it waits in a queue, for at most 2000"
                        + " subscribers with rates and one core interface")
        String shaping() default "policer";

        @AttributeDefinition(
                description = "How long a shaped packet may wait at its subscriber's rate, milliseconds",
                min = "1",
                max = "1000")
        int queue__millis() default 100;

        @AttributeDefinition(description = "Subscribers at the same time", min = "1", max = "262144")
        int capacity() default 16384;

        @AttributeDefinition(
                description = "Frames for the control plane per second of one line, in each class; 0: no limit",
                min = "0",
                max = "10000000")
        int punt__line__per__second() default 1000;

        @AttributeDefinition(description = "DHCP per second of all lines; 0: no limit", min = "0", max = "10000000")
        int punt__dhcp__per__second() default 100_000;

        @AttributeDefinition(
                description = "IPv6 neighbour discovery per second of all lines; 0: no limit",
                min = "0",
                max = "10000000")
        int punt__nd__per__second() default 50_000;

        @AttributeDefinition(
                description = "ARP per second of all lines, answered by the kernel; 0: no limit",
                min = "0",
                max = "10000000")
        int punt__arp__per__second() default 200_000;
    }

    private final Closer closer = new Closer();
    private final Subscribers subscribers;
    private final Gateways gateways;
    private final PuntPorts ports;
    private final Rules rules;
    private final PuntGuard guard;
    private final Routes routes;
    private final Traces traces;

    /** For the framework. */
    @Activate
    public LinuxDataPlane(@Reference HardwareProfile hardware, Config config) throws KernelException {
        this(hardware, LinuxSettings.of(config), MonotonicClock.system(), RandomGenerator.of("L64X128MixRandom"));
    }

    /**
     * Makes the rules, or replaces them and finds what is there.
     *
     * @throws KernelException with the reason for the operator: no rights, no interface, no nftables
     */
    LinuxDataPlane(HardwareProfile hardware, LinuxSettings settings, MonotonicClock clock, RandomGenerator random)
            throws KernelException {
        try {
            List<NetworkDevice> access = devices(hardware.access());
            List<NetworkDevice> core = devices(hardware.core());
            rules = new Rules(closer.add(new RulesThread()), hardware.access(), hardware.core(), settings);
            boolean ip6 = prepare(hardware, settings);
            Elements elements = new Elements(closer.add(new NetlinkSocket("nftables", NetlinkSocket.NETFILTER)));
            NetlinkSocket rtnetlink = closer.add(new NetlinkSocket("routes", NetlinkSocket.ROUTE));
            routes = new Routes(rtnetlink, NetworkDevice.of(LOOPBACK).ifindex());
            Plan plan = new Plan(indexes(access), settings.shaping());
            HtbClasses classes = new HtbClasses(rtnetlink, settings.queueMillis());
            Shaper shaper = new Shaper(elements, classes, settings.shaping(), plan.ports(), indexes(core));
            Offer offer = new Offer(access.size(), TagPrograms.attach(hardware.access()), ip6);
            subscribers = new Subscribers(elements, rules, routes, shaper, plan, offer, settings.capacity());
            if (settings.shaping() != Shaping.HTB) {
                new Disciplines().remove(interfaces(hardware));
            }
            gateways = new Gateways(
                    elements,
                    routes,
                    prefix -> subscribers.all().stream()
                            .anyMatch(found -> prefix.contains(found.entry().address())));
            LineTable lines = new LineTable(PuntGuard.LINES_MAX, random.nextLong());
            guard = new PuntGuard(settings.puntLimits(), lines, clock.nanos());
            ports = closer.add(openPorts(access, guard, clock));
            int queueMillis = settings.shaping() == Shaping.HTB ? settings.queueMillis() : 0;
            traces = closer.add(new Traces(hardware, gateways::networks, queueMillis, clock, InstantSource.system()));
            LOG.info("{} sessions found in nftables", subscribers.all().size());
        } catch (KernelException refusal) {
            throw closer.closeAfter(refusal);
        } catch (RuntimeException failure) {
            throw closer.closeAfter(failure);
        }
    }

    private static boolean prepare(HardwareProfile hardware, LinuxSettings settings) throws KernelException {
        List<String> interfaces = interfaces(hardware);
        Switches.setForwarding4(interfaces);
        new Router(Family.IP4).prepare(hardware.access(), hardware.core(), texts(settings.coreGateways()));
        if (settings.shaping() == Shaping.HTB) {
            if (hardware.core().size() != 1) {
                throw new KernelException(
                        "shaping with " + hardware.core().size() + " core interfaces, expected one",
                        KernelException.EINVAL);
            }
            new Disciplines().make(hardware.access(), hardware.core());
        }
        boolean ip6 = Switches.hasIp6();
        if (ip6) {
            Switches.setForwarding6(hardware.access(), hardware.core());
            new Router(Family.IP6).prepare(hardware.access(), hardware.core(), texts(settings.coreGateways6()));
        }
        return ip6;
    }

    private static List<String> interfaces(HardwareProfile hardware) {
        return Stream.concat(hardware.access().stream(), hardware.core().stream())
                .toList();
    }

    private static List<String> texts(List<?> addresses) {
        return addresses.stream().map(Object::toString).toList();
    }

    private static List<Integer> indexes(List<NetworkDevice> devices) {
        return devices.stream().map(NetworkDevice::ifindex).toList();
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

    /** Each class has a ring of its own, which no other can fill. */
    private static PuntPorts openPorts(List<NetworkDevice> access, PuntGuard guard, MonotonicClock clock)
            throws KernelException {
        List<PuntPorts.Port> opened = new ArrayList<>();
        for (NetworkDevice device : access) {
            List<PuntSocket> sockets = new ArrayList<>();
            for (PacketFilter wanted : List.of(PacketFilter.DHCP, PacketFilter.NEIGHBOURS)) {
                sockets.add(new GuardedSocket(new PacketSocket(device, opened.size(), wanted), guard, clock));
            }
            opened.add(new PuntPorts.Port(device.mac(), sockets));
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
    public void gardens(List<Garden> gardens) throws DataPlaneException {
        Garden.checkApart(gardens);
        try {
            rules.plant(gardens);
        } catch (KernelException refusal) {
            DataPlaneException failure =
                    new DataPlaneException(DataPlaneException.Reason.KERNEL, String.valueOf(refusal.getMessage()));
            failure.initCause(refusal);
            throw failure;
        }
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
    public List<Optional<Traffic>> readAll(List<EntryId> entries) {
        return subscribers.readAll(entries);
    }

    @Override
    public List<SubscriberEntry> entries() {
        return subscribers.all().stream().map(Subscriber::entry).toList();
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
        traces.sent(frame);
        return ports.send(frame);
    }

    @Override
    public void flush() {
        ports.flush();
    }

    Subscribers subscribers() {
        return subscribers;
    }

    /** Whereto the kernel has a way to subscribers, and by which interface. */
    Map<Addresses, Integer> routes() throws KernelException {
        return routes.all();
    }

    Traces traces() {
        return traces;
    }

    Collection<Subscriber> held() {
        return subscribers.all();
    }

    List<NetworkEntry> networks() {
        return gateways.networks();
    }

    /** Packets that were refused, by rule, as nft(8) counts them. */
    DropCounts drops() throws KernelException {
        return rules.drops();
    }

    /** Stands before the control plane. */
    PuntGuard guard() {
        return guard;
    }

    long puntedLost() throws KernelException {
        return ports.lost();
    }

    CounterSet<PuntCounter> puntCounters() {
        return ports.counters();
    }
}
