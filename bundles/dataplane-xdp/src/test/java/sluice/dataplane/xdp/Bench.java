package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.NetworkEntry;
import sluice.loop.Closer;
import sluice.net.Bytes;
import sluice.net.Ip4Prefix;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * The programs in the kernel, run on one frame at a time (BPF_PROG_TEST_RUN). Port and core are the loopback device.
 */
final class Bench implements AutoCloseable {

    static final int DROP = 1;
    static final int PASS = 2;
    static final int REDIRECT = 4;
    static final int MTU = 1600;

    private static final int PROG_TEST_RUN = 10;
    static final int LOOPBACK = 1;
    private static final int NETWORK_ENTRIES = 4096;
    private static final int SPARE_ENTRIES = 64;
    private static final int PREFIXES = 256;
    static final int PREFIX_BLOCKS = 8;
    private static final int ROUTES = 128;
    private static final int PPPOE_SESSIONS = 64;
    private static final int OUT_BYTES = 4096;
    private static final Path PINS = Privileged.pins("bench");

    private static final CStruct TEST = CStruct.of(
            CStruct.u32("prog_fd"),
            CStruct.u32("retval"),
            CStruct.u32("data_size_in"),
            CStruct.u32("data_size_out"),
            CStruct.u64("data_in"),
            CStruct.u64("data_out"),
            CStruct.u32("repeat"),
            CStruct.u32("duration"),
            CStruct.u32("ctx_size_in"),
            CStruct.u32("ctx_size_out"),
            CStruct.u64("ctx_in"),
            CStruct.u64("ctx_out"),
            CStruct.u32("flags"),
            CStruct.u32("cpu"),
            CStruct.u32("batch_size"),
            CStruct.u32("pad"));

    private final Closer closer = new Closer();
    private final LoadedObject loaded;
    private final Verdicts verdicts;
    private final Subscribers subscribers;
    private final GuardTable guard;
    private Map<Verdict, Long> before;

    /**
     * What a program made of a frame.
     *
     * @param action of {@code enum xdp_action}
     * @param frame as it is afterwards
     * @param verdict the one counter that moved, or why the fast path gave the frame to the control plane
     */
    record Result(int action, Bytes frame, Verdict verdict) {}

    Bench() throws Exception {
        this(BpfObject.ofBundle());
    }

    /** @param object with the layout of the bundle's */
    Bench(BpfObject object) throws Exception {
        Pins.remove(PINS);
        closer.add(() -> Pins.remove(PINS));
        Pins pins = new Pins(PINS, object.layoutVersion());
        loaded = closer.add(new LoadedObject(
                object,
                pins,
                Map.of(
                        "subscribers", NETWORK_ENTRIES + SPARE_ENTRIES,
                        "outside", SPARE_ENTRIES,
                        "prefixes", PREFIXES,
                        "prefix_blocks", PREFIX_BLOCKS,
                        "block_numbers", PREFIX_BLOCKS,
                        "routes", ROUTES,
                        "pppoe", PPPOE_SESSIONS)));
        verdicts = new Verdicts(loaded.map("verdicts"));
        guard = new GuardTable(
                closer.add(MappedMemory.of(loaded.map("guarded_classes"))).memory(), loaded.map("guarded_lines"));
        subscribers = adopt();
        subscribers.networks(List.of(
                new NetworkEntry(Ip4Prefix.parse("10.64.0.0/22"), Packets.GATEWAY),
                new NetworkEntry(Ip4Prefix.parse("10.65.0.0/24"), sluice.net.Ip4.parse("10.65.0.1"))));
        before = verdicts.read();
    }

    /** As the maps have them. */
    PrefixBlocks blocks() throws KernelException {
        return new PrefixBlocks(
                closer.add(MappedMemory.of(loaded.map("prefix_blocks"))).memory(),
                loaded.map("block_numbers"),
                loaded.map("prefixes"));
    }

    /** What a control plane would find that starts now. */
    Subscribers adopt() throws KernelException {
        return adopt(
                List.of(new GatewaySettings.Core(
                        LOOPBACK,
                        1500,
                        Packets.CORE_MAC,
                        Optional.of(Packets.NEXT_HOP_MAC),
                        Optional.of(Packets.NEXT_HOP_MAC),
                        Packets6.CORE)),
                List.of(new GatewaySettings.Port("lo", LOOPBACK, MTU, Packets.GATEWAY_MAC)));
    }

    /** The same on a machine with other interfaces. */
    Subscribers adopt(List<GatewaySettings.Core> cores, List<GatewaySettings.Port> ports) throws KernelException {
        return new Subscribers(maps(), cores, ports);
    }

    /** The maps that entries are in. */
    EntryMaps maps() throws KernelException {
        return new EntryMaps(
                new ConfigTable(
                        closer.add(MappedMemory.of(loaded.map("config"))).memory()),
                new SubscriberTable(
                        closer.add(MappedMemory.of(loaded.map("subscribers"))).memory(),
                        NETWORK_ENTRIES + SPARE_ENTRIES),
                loaded.map("outside"),
                blocks(),
                new PrefixMap<>(loaded.map("routes"), new PrefixKind.Ip4Keys()),
                loaded.map("pppoe"));
    }

    Subscribers subscribers() {
        return subscribers;
    }

    GuardTable guard() {
        return guard;
    }

    /** What a control plane would find that starts now. */
    GardenTable gardens() {
        return new GardenTable(loaded.map("garden_allowed"), loaded.map("garden_portals"));
    }

    LoadedObject loaded() {
        return loaded;
    }

    Result access(Bytes frame) throws KernelException {
        return run("access", frame);
    }

    Result core(Bytes frame) throws KernelException {
        return run("core", frame);
    }

    private Result run(String program, Bytes frame) throws KernelException {
        Result result = run(program, frame, 1);
        return new Result(result.action(), result.frame(), moved());
    }

    /** Runs a program many times on a frame that it does not change. Any thread. */
    void flood(String program, Bytes frame, int times) throws KernelException {
        run(program, frame, times);
    }

    private Result run(String program, Bytes frame, int times) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(OUT_BYTES);
            MemorySegment attributes = TEST.allocate(arena);
            TEST.set(attributes, "prog_fd", loaded.program(program));
            TEST.set(attributes, "data_in", arena.allocateFrom(JAVA_BYTE, frame.toArray()));
            TEST.set(attributes, "data_size_in", frame.length());
            TEST.set(attributes, "data_out", out);
            TEST.set(attributes, "data_size_out", OUT_BYTES);
            TEST.set(attributes, "repeat", times);
            Libc.bpf("test run", PROG_TEST_RUN, attributes);
            int length = TEST.get(attributes, "data_size_out");
            Bytes after = Bytes.copyOf(out.asSlice(0, length).asByteBuffer());
            return new Result(TEST.get(attributes, "retval"), after, Verdict.PASSED);
        }
    }

    /** The counters that moved since the last look. */
    Map<Verdict, Long> differences() throws KernelException {
        Map<Verdict, Long> after = verdicts.read();
        Map<Verdict, Long> differences = new EnumMap<>(Verdict.class);
        after.forEach((verdict, count) -> {
            long difference = count - before.getOrDefault(verdict, 0L);
            if (difference != 0) {
                differences.put(verdict, difference);
            }
        });
        before = after;
        return differences;
    }

    private Verdict moved() throws KernelException {
        Map<Verdict, Long> differences = differences();
        boolean missed = differences.keySet().stream().anyMatch(verdict -> verdict.id() > Verdict.FAST_ACK.id());
        if (missed) {
            differences.remove(Verdict.PUNT_UNHEARD);
        }
        if (differences.size() != 1 || differences.values().iterator().next() != 1) {
            throw new AssertionError("One frame, one verdict; counted: " + differences);
        }
        return differences.keySet().iterator().next();
    }

    @Override
    public void close() {
        closer.close();
    }
}
