package sluice.dataplane.xdp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import sluice.dataplane.api.Garden;
import sluice.dataplane.api.LeaseOffload;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.loop.Agent;
import sluice.loop.Bell;
import sluice.loop.Closer;
import sluice.loop.Idle;
import sluice.loop.Loop;
import sluice.loop.MonotonicClock;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PuntCounter;
import sluice.packet.io.PuntPorts;
import sluice.packet.io.Storm;
import sluice.platform.api.CounterSet;
import sluice.platform.api.HardwareProfile;

/**
 * The data plane in XDP. What it puts into the kernel is pinned: closing it, or killing the virtual machine, stops
 * nothing; the next one finds entries and counters and replaces the programs without a gap.
 */
@Component(
        service = {DataPlane.class, FrameSource.class, FrameSink.class, XdpDataPlane.class},
        configurationPid = "sluice.dataplane.xdp")
@Designate(ocd = XdpDataPlane.Config.class)
public final class XdpDataPlane implements DataPlane, FrameSource, FrameSink {

    private static final Logger LOG = LoggerFactory.getLogger(XdpDataPlane.class);

    private static final String SUBSCRIBERS = "subscribers";
    private static final String OUTSIDE = "outside";
    private static final String SOCKETS = "sockets";

    private static final long NEXT_HOP_PARK_MILLIS = 1000;

    /** What the operator can set, in {@code etc/sluice.dataplane.xdp.cfg}; two underscores here are one there. */
    @ObjectClassDefinition(name = "XDP data plane")
    @interface Config {

        @AttributeDefinition(
                description = "Address of the router behind each core interface, in the order of the profile, separated"
                        + " by commas; empty: no IPv4 is forwarded upstream")
        String core__gateway() default "";

        @AttributeDefinition(
                description = "The same for IPv6, link-local or global; empty: no IPv6 is forwarded upstream")
        String core__gateway6() default "";

        @AttributeDefinition(description = "Directory in bpffs that keeps programs, maps and links")
        String pin__directory() default "/sys/fs/bpf/sluice";

        @AttributeDefinition(description = "auto: in the driver, else in the stack; native; generic")
        String mode() default "auto";

        @AttributeDefinition(description = "Addresses in all networks together", min = "64", max = "4194304")
        int capacity() default 65536;

        @AttributeDefinition(
                description = "Frames for the control plane per second of one line, in each class; 0: no limit",
                min = "0",
                max = "10000000")
        int punt__line__per__second() default 1000;

        @AttributeDefinition(description = "DHCP per second of all lines; 0: no limit", min = "0", max = "10000000")
        int punt__dhcp__per__second() default 100_000;

        @AttributeDefinition(
                description = "PPPoE discovery per second of all lines; 0: no limit",
                min = "0",
                max = "10000000")
        int punt__pppoe__per__second() default 50_000;

        @AttributeDefinition(
                description = "PPP control frames per second of all lines; 0: no limit",
                min = "0",
                max = "10000000")
        int punt__ppp__per__second() default 50_000;

        @AttributeDefinition(
                description = "IPv6 neighbour discovery per second of all lines; 0: no limit",
                min = "0",
                max = "10000000")
        int punt__nd__per__second() default 50_000;

        @AttributeDefinition(
                description = "ARP per second of all lines, answered in XDP; 0: no limit",
                min = "0",
                max = "10000000")
        int punt__arp__per__second() default 200_000;

        @AttributeDefinition(
                description = "What else is for the control plane, per second of all lines; 0: no limit",
                min = "0",
                max = "10000000")
        int punt__other__per__second() default 10_000;

        @AttributeDefinition(description = "Answer DHCP clients that have a lease in the kernel")
        boolean fast__path() default true;
    }

    private final Closer closer = new Closer();
    private final Pins pins;
    private final Subscribers subscribers;
    private final PuntPorts ports;
    private final TagStripping stripping;
    private final Verdicts verdicts;
    private final GuardTable guard;
    private final Traces traces;
    private final GardenTable gardens;
    private final Leases leases;

    /** For the framework. */
    @Activate
    public XdpDataPlane(@Reference HardwareProfile hardware, Config config) throws KernelException {
        this(hardware, XdpSettings.of(config));
    }

    /** Loads or adopts, with the drivers of this machine. */
    XdpDataPlane(HardwareProfile hardware, XdpSettings settings) throws KernelException {
        this(hardware, settings, TagStripping::byDriver);
    }

    /**
     * Loads or adopts.
     *
     * @throws KernelException with the reason for the operator: no rights, no interface, no XDP
     */
    XdpDataPlane(HardwareProfile hardware, XdpSettings settings, TagStripping.Switch tagSwitch) throws KernelException {
        try {
            BpfObject object = BpfObject.ofBundle();
            pins = new Pins(settings.pinDirectory(), object.layoutVersion());
            List<NetworkDevice> access = devices(hardware.access());
            List<NetworkDevice> cores = devices(hardware.core());
            stripping = new TagStripping(hardware.access(), tagSwitch);
            Migration migration = closer.add(Migration.into(pins, object));
            LoadedObject loaded =
                    closer.add(new LoadedObject(object, pins, migration.capacities(settings.mapEntries())));
            migration.copy(object, loaded);
            subscribers = openMaps(loaded, settings, access, cores);
            verdicts = new Verdicts(loaded.map("verdicts"));
            MappedMemory classes = closer.add(MappedMemory.of(loaded.map("guarded_classes")));
            guard = new GuardTable(classes.memory(), loaded.map("guarded_lines"));
            guard.write(settings.puntLimits());
            leases = new Leases(loaded, settings.fastPath());
            traces = closer.add(Traces.of(loaded, subscribers::settings, InstantSource.system()));
            gardens = new GardenTable(loaded.map("garden_allowed"), loaded.map("garden_portals"));
            ports = closer.add(PuntQueues.open(access, loaded.map(SOCKETS), this::isLeftOut));
            XdpLinks links = new XdpLinks(pins, settings.mode());
            for (NetworkDevice device : cores) {
                links.attach(device, loaded.program("core"));
            }
            for (NetworkDevice device : access) {
                if (isLeftOut(device)) {
                    links.detach(device);
                } else {
                    links.attach(device, loaded.program("access"));
                }
            }
            migration.finish();
            followRouters(settings, cores);
            LOG.info("{} sessions found in {}", subscribers.entries().size(), settings.pinDirectory());
        } catch (KernelException refusal) {
            throw closer.closeAfter(refusal);
        } catch (RuntimeException failure) {
            throw closer.closeAfter(failure);
        }
    }

    private boolean isLeftOut(NetworkDevice device) {
        return stripping.refusal(device.name()).isPresent();
    }

    private static List<NetworkDevice> devices(List<String> names) throws KernelException {
        List<NetworkDevice> devices = new ArrayList<>();
        for (String name : names) {
            NetworkDevice device = NetworkDevice.of(name);
            if (!device.up()) {
                throw new KernelException("interface " + name + " is down", KernelException.ENODEV);
            }
            devices.add(device);
        }
        return devices;
    }

    private Subscribers openMaps(
            LoadedObject loaded, XdpSettings settings, List<NetworkDevice> access, List<NetworkDevice> cores)
            throws KernelException {
        BpfMap entries = loaded.map(SUBSCRIBERS);
        BpfMap outside = loaded.map(OUTSIDE);
        if (entries.spec().maxEntries() != settings.entries()) {
            LOG.warn(
                    "capacity {} takes effect when {} has been removed; until then it is {}",
                    settings.capacity(),
                    settings.pinDirectory(),
                    entries.spec().maxEntries() - outside.spec().maxEntries());
        }
        MappedMemory configMemory = closer.add(MappedMemory.of(loaded.map("config")));
        MappedMemory entryMemory = closer.add(MappedMemory.of(entries));
        MappedMemory blockMemory = closer.add(MappedMemory.of(loaded.map("prefix_blocks")));
        List<GatewaySettings.Port> ports = access.stream()
                .map(device -> new GatewaySettings.Port(device.name(), device.ifindex(), device.mtu(), device.mac()))
                .toList();
        return new Subscribers(
                new EntryMaps(
                        new ConfigTable(configMemory.memory()),
                        new SubscriberTable(entryMemory.memory(), entries.spec().maxEntries()),
                        outside,
                        new PrefixBlocks(blockMemory.memory(), loaded.map("block_numbers"), loaded.map("prefixes")),
                        new PrefixMap<>(loaded.map("routes"), new PrefixKind.Ip4Keys()),
                        loaded.map("pppoe")),
                cores.stream()
                        .map(core -> new GatewaySettings.Core(core.ifindex(), core.mtu(), core.mac()))
                        .toList(),
                ports);
    }

    private void followRouters(XdpSettings settings, List<NetworkDevice> cores) throws KernelException {
        if (settings.coreGateways().isEmpty()) {
            LOG.warn("core_gateway is not set: no IPv4 is forwarded upstream");
        }
        try {
            List<Agent> agents =
                    new CoreRouters(cores, subscribers).agents(settings.coreGateways(), settings.coreGateways6());
            if (!agents.isEmpty()) {
                closer.add(new Loop(
                                "sluice-dataplane-next-hop",
                                MonotonicClock.system(),
                                new Bell(),
                                new Idle(0, NEXT_HOP_PARK_MILLIS),
                                agents)
                        .start());
            }
        } catch (IOException refusal) {
            throw new UncheckedIOException(refusal);
        }
    }

    /** Gives sockets and descriptors back. What is pinned goes on forwarding. */
    @Deactivate
    void close() {
        closer.close();
    }

    /** Takes everything out of the kernel, whoever goes on using this finds the maps as they were. */
    void dismantle() throws KernelException {
        pins.removeAll();
        LOG.info("programs, entries and counters are out of the kernel");
    }

    @Override
    public void networks(List<NetworkEntry> networks) throws DataPlaneException {
        subscribers.networks(networks);
    }

    @Override
    public void gardens(List<Garden> all) throws DataPlaneException {
        gardens.write(all);
    }

    @Override
    public void install(SubscriberEntry entry) throws DataPlaneException {
        subscribers.install(entry);
    }

    @Override
    public Optional<Traffic> stop(long session, Ip4 address) {
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
        return subscribers.entries();
    }

    @Override
    public LeaseOffload leases() {
        return leases;
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

    TagStripping stripping() {
        return stripping;
    }

    List<Leases.Held> heldLeases() throws KernelException {
        return leases.held();
    }

    Traces traces() {
        return traces;
    }

    Map<Verdict, Long> verdicts() throws KernelException {
        return verdicts.read();
    }

    List<Storm> storms() throws KernelException {
        return guard.storms();
    }

    long puntedLost() throws KernelException {
        return ports.lost();
    }

    CounterSet<PuntCounter> puntCounters() {
        return ports.counters();
    }
}
