package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.xdp.FieldMoves.Moving;
import sluice.net.Bytes;
import sluice.packet.io.KernelException;

/**
 * A map whose elements are read and written by their keys. Of elements of each processor the copies are kept, and
 * differences added; of others the greater number holds, since all that programs write into them grows.
 */
final class KeyedCopy implements MapCopy {

    private static final int BATCH = 1024;
    private static final int CURSOR_BYTES = 64;

    private final BpfMap former;
    private final BpfMap present;
    private final FieldMoves keys;
    private final FieldMoves values;
    private final int instances;
    private final long from;
    private final long to;
    private final Map<Bytes, Bytes> copied = new HashMap<>();

    /** @param processors how many values an element of each processor has */
    KeyedCopy(BpfMap former, BpfMap present, FieldMoves keys, FieldMoves values, int processors) {
        this.former = former;
        this.present = present;
        this.keys = keys;
        this.values = values;
        this.instances = former.spec().isPerProcessor() ? processors : 1;
        this.from = instances == 1 ? former.spec().valueSize() : former.stride();
        this.to = instances == 1 ? present.spec().valueSize() : present.stride();
    }

    /** Does something with an element; segments are those of the former map and hold only during the call. */
    @FunctionalInterface
    private interface Visitor {
        void visit(MemorySegment key, MemorySegment value) throws KernelException;
    }

    private void forEach(Visitor visitor) throws KernelException {
        int keyBytes = former.spec().keySize();
        long valueBytes = from * instances;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment foundKeys = arena.allocate((long) BATCH * keyBytes, Long.BYTES);
            MemorySegment foundValues = arena.allocate(BATCH * valueBytes, Long.BYTES);
            MemorySegment cursor = arena.allocate(Math.max(CURSOR_BYTES, keyBytes), Long.BYTES);
            boolean begin = true;
            Bpf.Batch found;
            do {
                found = Bpf.lookupBatch(former.fd(), cursor, begin, foundKeys, foundValues, BATCH);
                for (int i = 0; i < found.count(); i++) {
                    visitor.visit(
                            foundKeys.asSlice((long) i * keyBytes, keyBytes),
                            foundValues.asSlice(i * valueBytes, valueBytes));
                }
                begin = false;
            } while (!found.last());
        }
    }

    @Override
    public void copy() throws KernelException {
        forEach((key, value) -> {
            insert(key, value);
            if (instances > 1) {
                copied.put(bytes(key), bytes(value));
            }
        });
    }

    private static Bytes bytes(MemorySegment segment) {
        return Bytes.copyOf(segment.asByteBuffer());
    }

    private void insert(MemorySegment key, MemorySegment value) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fresh = arena.allocate(to * instances, Long.BYTES);
            for (int i = 0; i < instances; i++) {
                values.copy(value, i * from, fresh, i * to);
            }
            Bpf.update(present.fd(), converted(key, arena), fresh);
        }
    }

    private MemorySegment converted(MemorySegment key, Arena arena) {
        MemorySegment fresh = arena.allocate(present.spec().keySize(), Long.BYTES);
        keys.copy(key, 0, fresh, 0);
        return fresh;
    }

    @Override
    public void catchUp() throws KernelException {
        if (!values.moving().isEmpty()) {
            forEach(this::catchUp);
        }
    }

    private void catchUp(MemorySegment key, MemorySegment value) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment presentKey = converted(key, arena);
            Optional<MemorySegment> now = lookup(presentKey, arena);
            if (now.isEmpty()) {
                insert(key, value);
            } else if (instances == 1 ? takeGreater(value, now.get()) : addDifferences(key, value, now.get())) {
                Bpf.update(present.fd(), presentKey, now.get());
            }
        }
    }

    private Optional<MemorySegment> lookup(MemorySegment key, Arena arena) throws KernelException {
        MemorySegment value = arena.allocate(to * instances, Long.BYTES);
        return present.lookup(key, value) ? Optional.of(value) : Optional.empty();
    }

    private boolean takeGreater(MemorySegment last, MemorySegment now) {
        boolean changed = false;
        for (Moving number : values.moving()) {
            long value = FieldMoves.value(last, 0, number);
            if (Long.compareUnsigned(value, now.get(JAVA_LONG, number.to())) > 0) {
                now.set(JAVA_LONG, number.to(), value);
                changed = true;
            }
        }
        return changed;
    }

    private boolean addDifferences(MemorySegment key, MemorySegment last, MemorySegment now) {
        Bytes before = copied.getOrDefault(bytes(key), Bytes.EMPTY);
        MemorySegment then = before.isEmpty()
                ? MemorySegment.ofArray(new long[(int) (last.byteSize() / Long.BYTES)])
                : MemorySegment.ofArray(before.toArray());
        List<Moving> numbers = values.moving();
        boolean changed = false;
        for (int i = 0; i < instances; i++) {
            for (Moving number : numbers) {
                long more = FieldMoves.value(last, i * from, number) - FieldMoves.value(then, i * from, number);
                long at = i * to + number.to();
                now.set(JAVA_LONG, at, now.get(JAVA_LONG, at) + more);
                changed |= more != 0;
            }
        }
        return changed;
    }

    @Override
    public void close() {
        copied.clear();
    }
}
