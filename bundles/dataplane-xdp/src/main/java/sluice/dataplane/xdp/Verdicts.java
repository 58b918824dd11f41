package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import sluice.packet.io.KernelException;

/**
 * The programs' counters: per processor one for each verdict, added up here. They go on over restarts. Safe for any
 * thread.
 */
final class Verdicts {

    private static final Path POSSIBLE_PROCESSORS = Path.of("/sys/devices/system/cpu/possible");

    /** One counter per verdict, and the trail. */
    static final int TALLY_LONGS = Verdict.CAPACITY + 1;

    private final BpfMap map;
    private final int processors;

    Verdicts(BpfMap map) {
        this.map = map;
        this.processors = possibleProcessors();
    }

    Map<Verdict, Long> read() throws KernelException {
        Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment tallies = arena.allocate(JAVA_LONG, (long) processors * TALLY_LONGS);
            Bpf.lookup(map.fd(), arena.allocate(JAVA_INT), tallies);
            for (Verdict verdict : Verdict.values()) {
                long sum = 0;
                for (int i = 0; i < processors; i++) {
                    sum += tallies.getAtIndex(JAVA_LONG, (long) i * TALLY_LONGS + verdict.id());
                }
                counts.put(verdict, sum);
            }
        }
        return counts;
    }

    /** The kernel writes {@code 0-3} or {@code 0}; what it could plug in later counts too. */
    static int possibleProcessors() {
        try {
            String[] ranges = Files.readString(POSSIBLE_PROCESSORS).trim().split("[,-]", -1);
            return Integer.parseInt(ranges[ranges.length - 1]) + 1;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
