package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.packet.io.Libc;

/**
 * The bucket of a subscriber to the nanosecond: over processors, and after long rests by the clock of the kernel's last
 * tick.
 *
 * <p>A packet that conforms would change, and could not be run again; so the subscriber has ports of a NAT that is not
 * there, and what conforms is dropped behind the bucket: {@code NO_TRANSLATION} counts what passed it.
 */
final class PoliceTest {

    private static final int LENGTH = 128;
    private static final long PACKET_NANOS = 20_000;
    private static final long RATE = LENGTH * 8 * 1_000_000_000L / PACKET_NANOS;
    private static final long BURST_NANOS = 500_000_000;
    private static final int BURST_PACKETS = (int) (BURST_NANOS / PACKET_NANOS);
    private static final int RUNS = 2_000_000;
    private static final int FEW = 1000; // far less than a burst
    private static final int TRIES = 50;
    private static final long DAY_NANOS = 86_400_000_000_000L;
    private static final int CPU_SET_BYTES = 128;
    private static final int CLOCK_MONOTONIC_COARSE = 6;

    private static final Bytes FRAME = Line.IPOE.up(Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, 9000, LENGTH - 28));

    private Bench bench;
    private MappedMemory memory;
    private long entry = -1;
    private int passed;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
        memory = MappedMemory.of(bench.loaded().map("subscribers"));
        Policer policer = new Policer(RATE, BURST_NANOS / PACKET_NANOS * LENGTH);
        bench.subscribers().install(Line.IPOE.entry(policer, Policer.UNLIMITED, Treatment.PLAIN));
        for (long at = 0; at < memory.memory().byteSize() && entry < 0; at += SubscriberTable.ENTRY_BYTES) {
            entry = memory.memory().get(JAVA_LONG, at + SubscriberTable.SESSION_AT) == Line.SESSION ? at : -1;
        }
        int ports = SubscriberTable.EVEN_AT + SubscriberTable.NAT_AT + Integer.BYTES + Short.BYTES;
        memory.memory().set(JAVA_SHORT, entry + ports, (short) 1024);
    }

    @AfterEach
    void unload() throws Exception {
        if (bench != null) {
            memory.close();
            bench.close();
        }
    }

    private long time() {
        return memory.memory().get(JAVA_LONG, entry + SubscriberTable.UP_AT);
    }

    private void setTime(long nanos) {
        memory.memory().set(JAVA_LONG, entry + SubscriberTable.UP_AT, nanos);
    }

    /** Counts what passed the bucket since the last look, and says how much did not. */
    private long refused() throws Exception {
        Map<Verdict, Long> counted = bench.differences();
        assertThat(counted.keySet()).isSubsetOf(Verdict.NO_TRANSLATION, Verdict.POLICED_UP);
        passed += counted.getOrDefault(Verdict.NO_TRANSLATION, 0L).intValue();
        return counted.getOrDefault(Verdict.POLICED_UP, 0L);
    }

    /** Sends until a packet is refused, and gives a time at which the bucket was not yet known to be empty. */
    private long exhaust() throws Exception {
        for (int i = 0; i < TRIES; i++) {
            long began = Libc.kernelNanos();
            bench.flood("access", FRAME, BURST_PACKETS); // to begin a run takes the kernel the time of many packets
            if (refused() > 0) {
                return began;
            }
        }
        throw new AssertionError("The bucket never was empty");
    }

    @Test
    void rateIsExactOverProcessorsAndAllOfItIsGiven() throws Exception {
        long begin = Libc.kernelNanos() + BURST_NANOS * 9 / 10; // most of the burst is spent: no time is lost in rest
        setTime(begin);
        List<FutureTask<Boolean>> floods = new ArrayList<>();
        for (int processor : processors()) {
            FutureTask<Boolean> flood = new FutureTask<>(() -> {
                pin(processor);
                bench.flood("access", FRAME, RUNS);
                return true;
            });
            floods.add(flood);
            Thread.ofPlatform().name("flooding-" + processor).start(flood);
        }
        for (FutureTask<Boolean> flood : floods) {
            assertThat(flood.get()).isTrue();
        }
        assertThat(refused()).isPositive();
        long empty = exhaust();
        long end = Libc.kernelNanos();
        assertThat(time() - begin).as("each packet took its time").isEqualTo(passed * PACKET_NANOS);
        assertThat(passed).isBetween((int) ((empty - begin + BURST_NANOS) / PACKET_NANOS) - 1, (int)
                ((end - begin + BURST_NANOS) / PACKET_NANOS));
    }

    /** The processors this process may run on, two at most. */
    private static List<Integer> processors() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(CPU_SET_BYTES, Long.BYTES);
            assertThat(affinity("sched_getaffinity", set)).isZero();
            BitSet allowed = BitSet.valueOf(set.asByteBuffer());
            List<Integer> two = allowed.stream().limit(2).boxed().collect(Collectors.toList());
            if (two.size() == 1) {
                two.add(two.getFirst());
            }
            return two;
        }
    }

    /** Keeps the calling thread on one processor. */
    private static void pin(int processor) throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(CPU_SET_BYTES, Long.BYTES);
            set.set(JAVA_LONG, processor / Long.SIZE * (long) Long.BYTES, 1L << processor % Long.SIZE);
            assertThat(affinity("sched_setaffinity", set)).isZero();
        }
    }

    /** When the kernel's last tick was, on the clock of {@link Libc#kernelNanos}. */
    @SuppressWarnings("restricted")
    private static long tickNanos() throws Exception {
        Linker linker = Linker.nativeLinker();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(JAVA_LONG, 2);
            int result = (int) linker.downcallHandle(
                            linker.defaultLookup().find("clock_gettime").orElseThrow(),
                            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS))
                    .invokeExact(CLOCK_MONOTONIC_COARSE, time);
            assertThat(result).isZero();
            return time.getAtIndex(JAVA_LONG, 0) * 1_000_000_000L + time.getAtIndex(JAVA_LONG, 1);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** Of the calling thread. */
    @SuppressWarnings("restricted")
    private static int affinity(String call, MemorySegment set) throws Exception {
        Linker linker = Linker.nativeLinker();
        try {
            return (int) linker.downcallHandle(
                            linker.defaultLookup().find(call).orElseThrow(),
                            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS))
                    .invokeExact(0, (long) CPU_SET_BYTES, set);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /** How long ago the last packet's time was over: a moment, hours, longer than the machine runs. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1000, BURST_NANOS, DAY_NANOS, 100 * 365 * DAY_NANOS, Long.MAX_VALUE})
    void bucketIsFullAfterARestOfAnyLengthAndNoFuller(long rest) throws Exception {
        long now = Libc.kernelNanos();
        setTime(Math.max(0, now - rest));
        long before = tickNanos();
        bench.flood("access", FRAME, FEW);
        long after = Libc.kernelNanos();
        assertThat(refused()).isZero();
        assertThat(time()).isBetween(before + PACKET_NANOS, after + FEW * PACKET_NANOS);
        exhaust();
        long end = Libc.kernelNanos();
        assertThat(passed).isBetween(BURST_PACKETS, (int) ((end - before + BURST_NANOS) / PACKET_NANOS));
    }

    /** The clock stands far ahead of where it stood, again and again: each time there is one burst. */
    @Test
    void eachOfManyRestsGivesOneBurst() throws Exception {
        for (int i = 1; i <= 5; i++) {
            setTime(Math.max(0, Libc.kernelNanos() - i * BURST_NANOS));
            passed = 0;
            long before = tickNanos();
            exhaust();
            long end = Libc.kernelNanos();
            assertThat(passed).isBetween(BURST_PACKETS, (int) ((end - before + BURST_NANOS) / PACKET_NANOS));
        }
    }

    @Test
    void debtOfALargerBurstIsForgivenAndNoMore() throws Exception {
        setTime(Libc.kernelNanos() + 100 * BURST_NANOS);
        bench.flood("access", FRAME, 1);
        long after = Libc.kernelNanos();
        assertThat(refused()).isEqualTo(1);
        assertThat(time()).isBetween(after - BURST_NANOS / 10 + BURST_NANOS, after + BURST_NANOS);
    }
}
