package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.xdp.GatewaySettings.IndexedNetwork;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * Entries on their way to their places in networks that come around them, while packets pass: from outside the
 * networks, or from networks that become parts of wider ones. In this order: copies are made; the settings lead to
 * them; when no program uses the old settings any more, what was counted in the old entries since the copy is added;
 * then the old entries go. No count is lost.
 *
 * <p>The death of Java on the way leaves an address with two entries. The settings say which of them is in force, and
 * {@link #recover} removes the other at the next start; what the other counted after the copy is lost then, some
 * milliseconds of it. One thread at a time; the caller sees to it.
 */
final class EntryMoves {

    private static final Logger LOG = LoggerFactory.getLogger(EntryMoves.class);
    private static final VarHandle NUMBER = JAVA_LONG.varHandle();

    private final SubscriberTable table;
    private final SpareEntries spare;
    private final EntryKeys keys;
    private final int spareFirst;
    private final List<Copied> copied = new ArrayList<>();

    /** Networks whose places are nobody's in the settings that are coming. */
    private final List<IndexedNetwork> left = new ArrayList<>();

    /**
     * An entry that stands in two places.
     *
     * @param before its numbers when the copy was made
     */
    private record Copied(int from, int to, List<Long> before) {}

    /** @param spareFirst index of the first entry outside the networks */
    EntryMoves(SubscriberTable table, SpareEntries spare, EntryKeys keys, int spareFirst) {
        this.table = table;
        this.spare = spare;
        this.keys = keys;
        this.spareFirst = spareFirst;
    }

    /**
     * Copies what is elsewhere now and in one of these networks soon; the ways beside the address lead to the copies.
     */
    void begin(GatewaySettings now, GatewaySettings next) throws KernelException {
        copied.clear();
        left.clear();
        for (Map.Entry<Ip4, Integer> known : spare.addresses()) {
            Optional<IndexedNetwork> network = next.networkOf(known.getKey());
            if (network.isPresent()) {
                copy(known.getValue(), network.get().indexOf(known.getKey()));
            }
        }
        for (IndexedNetwork old : now.networks()) {
            Optional<IndexedNetwork> wide = next.networkOf(old.base());
            if (wide.isPresent() && wide.get().indexOf(old.base()) != old.first()) {
                left.add(old);
                for (int from = old.first(); from < old.end(); from++) {
                    if (table.isInstalled(from)) {
                        copy(from, wide.get().indexOf(old.base()) + from - old.first());
                    }
                }
            }
        }
    }

    private void copy(int from, int to) throws KernelException {
        table.copy(from, to);
        copied.add(new Copied(from, to, numbers(to))); // nobody counts there yet
        keys.move(from, to);
    }

    /** Ends it, once these settings are in force. What a refusal of the kernel left of an earlier move ends with it. */
    void finish(GatewaySettings now) throws KernelException {
        if (!copied.isEmpty()) {
            Libc.awaitRunningPrograms();
        }
        for (Copied one : copied) {
            catchUp(one);
        }
        copied.clear();
        left.removeIf(now.networks()::contains); // a refusal kept the settings as they were
        for (IndexedNetwork old : left) {
            for (int index = old.first(); index < old.end(); index++) {
                if (table.isInstalled(index)) {
                    table.remove(index);
                }
            }
        }
        left.clear();
        for (Map.Entry<Ip4, Integer> known : spare.addresses()) {
            if (now.networkOf(known.getKey()).isPresent()) {
                table.remove(known.getValue());
                spare.release(0, known.getKey());
            }
        }
    }

    private List<Long> numbers(int index) {
        MemorySegment usage = table.usage(index);
        List<Long> numbers = new ArrayList<>();
        for (long at = 0; at < usage.byteSize(); at += Long.BYTES) {
            numbers.add((long) NUMBER.getVolatile(usage, at));
        }
        return numbers;
    }

    private void catchUp(Copied one) {
        MemorySegment usage = table.usage(one.to());
        List<Long> last = numbers(one.from());
        for (int i = 0; i < last.size(); i++) {
            long at = (long) i * Long.BYTES;
            if (at % SubscriberTable.USAGE_BYTES == 0) {
                advance(usage, at, last.get(i));
            } else {
                long ignored = (long)
                        NUMBER.getAndAdd(usage, at, last.get(i) - one.before().get(i));
            }
        }
    }

    /** The clock of a policer is at the later of two times. */
    private static void advance(MemorySegment usage, long at, long time) {
        long now = (long) NUMBER.getVolatile(usage, at);
        while (now < time) {
            long seen = (long) NUMBER.compareAndExchange(usage, at, now, time);
            if (seen == now) {
                return;
            }
            now = seen;
        }
    }

    /**
     * Removes what a death on the way left: copies to which no settings lead, and entries that have a copy in force.
     */
    void recover(GatewaySettings found) throws KernelException {
        List<IndexedNetwork> networks = found.networks().stream()
                .sorted(Comparator.comparingInt(IndexedNetwork::first))
                .toList();
        int index = 0;
        for (IndexedNetwork network : networks) {
            removeCopies(found, index, network.first());
            index = Math.max(index, network.end());
        }
        removeCopies(found, index, spareFirst);
        long left = spare.addresses().stream()
                .filter(known -> found.networkOf(known.getKey()).isPresent())
                .count();
        if (left > 0) {
            LOG.warn("{} addresses had an entry outside their network as well: it is removed", left);
        }
        finish(found);
    }

    private void removeCopies(GatewaySettings found, int begin, int end) throws KernelException {
        for (int index = begin; index < end; index++) {
            if (table.isInstalled(index)) {
                Optional<Integer> original = original(found, index);
                if (original.isPresent()) {
                    keys.move(index, original.get());
                } else {
                    keys.release(index);
                }
                LOG.warn("{} had an entry in no network: it is removed", table.address(index));
                table.remove(index);
            }
        }
    }

    /** The entry in force of which there is a copy at an index. */
    private Optional<Integer> original(GatewaySettings found, int index) {
        Ip4 address = table.address(index);
        Optional<Integer> inNetwork = found.networkOf(address).map(network -> network.indexOf(address));
        OptionalInt outside = spare.find(table.session(index), address);
        return Stream.concat(inNetwork.stream(), outside.stream().boxed())
                .filter(from -> table.isInstalled(from) && table.session(from) == table.session(index))
                .findFirst();
    }
}
