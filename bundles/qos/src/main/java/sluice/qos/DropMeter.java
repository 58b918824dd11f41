package sluice.qos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import sluice.dataplane.api.Traffic;
import sluice.platform.api.Table;
import sluice.session.api.SessionInfo;

/**
 * Adds up what the data plane dropped because it was over the rate, by policy and direction. Counts what was dropped
 * since this meter's first complete round, so that it never goes back: a session that ends, or gets another policy,
 * leaves what it added. What is dropped between a session's last reading and its end is not counted. Sessions without
 * drops cost no memory. Safe for any thread; rounds must not overlap.
 */
final class DropMeter {

    private final Map<String, Sums> sums = new ConcurrentHashMap<>();
    private final Map<Long, Reading> readings = new ConcurrentHashMap<>();
    private volatile boolean counting;
    private final AtomicInteger round = new AtomicInteger();

    /** The last reading of one session. */
    private record Reading(Traffic traffic, int round) {}

    /** Of one policy. */
    private static final class Sums {
        private final LongAdder downloadPackets = new LongAdder();
        private final LongAdder downloadBytes = new LongAdder();
        private final LongAdder uploadPackets = new LongAdder();
        private final LongAdder uploadBytes = new LongAdder();

        private void add(Traffic from, Traffic to) {
            add(downloadPackets, to.downloadDropped() - from.downloadDropped());
            add(downloadBytes, to.downloadDroppedBytes() - from.downloadDroppedBytes());
            add(uploadPackets, to.uploadDropped() - from.uploadDropped());
            add(uploadBytes, to.uploadDroppedBytes() - from.uploadDroppedBytes());
        }

        /** Counters of an entry begin anew when the machine did. */
        private static void add(LongAdder sum, long more) {
            sum.add(Math.max(0, more));
        }
    }

    /** Takes a reading of a session. */
    void read(SessionInfo session) {
        if (session.policy().isEmpty()) {
            return;
        }
        Sums of = sums.computeIfAbsent(session.policy().get().name(), name -> new Sums());
        Traffic traffic = session.traffic();
        if (traffic.downloadDropped() == 0 && traffic.uploadDropped() == 0) {
            return;
        }
        readings.compute(session.id().value(), (id, last) -> {
            if (last != null) {
                of.add(last.traffic, traffic);
            } else if (counting) {
                of.add(Traffic.NONE, traffic);
            }
            return new Reading(traffic, round.get());
        });
    }

    /** All sessions were read; those that were not have ended. */
    void rounded() {
        int now = round.getAndIncrement();
        readings.values().removeIf(reading -> reading.round < now);
        counting = true;
    }

    /** Takes the packets that one policy dropped in one direction. */
    interface PacketReader<T> {
        T read(String policy, String direction, long packets);
    }

    /** What the reader makes of each policy that had a session, and direction. */
    <T> List<T> packets(PacketReader<T> reader) {
        List<T> read = new ArrayList<>();
        sums.forEach((policy, of) -> {
            read.add(reader.read(policy, "download", of.downloadPackets.sum()));
            read.add(reader.read(policy, "upload", of.uploadPackets.sum()));
        });
        return read;
    }

    /** Two rows for each policy that had a session. */
    Table table() {
        List<List<String>> rows = new ArrayList<>();
        new TreeMap<>(sums).forEach((policy, of) -> {
            rows.add(List.of(policy, "download", of.downloadPackets.toString(), of.downloadBytes.toString()));
            rows.add(List.of(policy, "upload", of.uploadPackets.toString(), of.uploadBytes.toString()));
        });
        return new Table(List.of("Policy", "Direction", "Packets", "Bytes"), rows);
    }
}
