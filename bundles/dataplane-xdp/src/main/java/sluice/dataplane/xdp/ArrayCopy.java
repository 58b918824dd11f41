package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import sluice.dataplane.xdp.FieldMoves.Moving;
import sluice.packet.io.KernelException;

/**
 * An array in memory shared with both versions of the programs. What was copied is kept, so that differences are exact:
 * they are added atomically to what the present programs count meanwhile.
 */
final class ArrayCopy implements MapCopy {

    private static final VarHandle NUMBER = JAVA_LONG.varHandle();

    private final FieldMoves moves;
    private final MappedMemory former;
    private final MappedMemory present;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment copied;
    private final long from;
    private final long to;
    private final int count;

    ArrayCopy(BpfMap former, BpfMap present, FieldMoves moves) throws KernelException {
        this.moves = moves;
        this.from = former.stride();
        this.to = present.stride();
        this.count = Math.min(former.spec().maxEntries(), present.spec().maxEntries());
        this.former = MappedMemory.of(former);
        try {
            this.present = MappedMemory.of(present);
        } catch (KernelException refusal) {
            this.former.close();
            throw refusal;
        }
        this.copied = arena.allocate(from * count, Long.BYTES); // zeroed
    }

    @Override
    public void copy() {
        for (int i = 0; i < count; i++) {
            if (hasChanged(i)) {
                MemorySegment.copy(former.memory(), i * from, copied, i * from, from);
                moves.copy(copied, i * from, present.memory(), i * to);
            }
        }
    }

    /** Whether the former element is another one than was copied, before the copy: whether it is not zero. */
    private boolean hasChanged(int index) {
        long begin = index * from;
        return MemorySegment.mismatch(former.memory(), begin, begin + from, copied, begin, begin + from) >= 0;
    }

    @Override
    public void catchUp() {
        List<Moving> numbers = moves.moving();
        for (int i = 0; i < count; i++) {
            if (hasChanged(i)) {
                for (Moving number : numbers) {
                    catchUp(number, i);
                }
            }
        }
    }

    private void catchUp(Moving number, int index) {
        long last = FieldMoves.value(former.memory(), index * from, number);
        long before = FieldMoves.value(copied, index * from, number);
        long at = index * to + number.to();
        if (last == before) {
            return;
        }
        if (!number.time()) {
            long ignored = (long) NUMBER.getAndAdd(present.memory(), at, last - before);
            return;
        }
        long now = (long) NUMBER.getVolatile(present.memory(), at);
        while (now < last) {
            long seen = (long) NUMBER.compareAndExchange(present.memory(), at, now, last);
            if (seen == now) {
                return;
            }
            now = seen;
        }
    }

    @Override
    public void close() {
        arena.close();
        present.close();
        former.close();
    }
}
