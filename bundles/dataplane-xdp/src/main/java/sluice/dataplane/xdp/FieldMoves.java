package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sluice.dataplane.xdp.Btf.Member;

/**
 * Which bytes of a value become which bytes of the value of another layout: fields of the same name at the same place
 * in the same struct, whatever their offsets. What only one of the layouts has is left out. Immutable.
 */
final class FieldMoves {

    /** Fields that are a point in time and no count. */
    private static final Set<String> TIMES = Set.of("tat");

    /**
     * Bytes that stay together.
     *
     * @param from offset in the former value
     * @param to offset in the present one
     */
    private record Move(long from, long to, long bytes) {}

    /**
     * A number of 8 bytes, which the programs may move while values are copied.
     *
     * @param time a point in time, of which the later one holds; otherwise a count
     */
    record Moving(long from, long to, boolean time) {}

    private final List<Move> moves;
    private final List<Moving> moving;

    private FieldMoves(List<Move> moves, List<Moving> moving) {
        this.moves = List.copyOf(moves);
        this.moving = List.copyOf(moving);
    }

    /** The moves between a type of one object and a type of another. */
    static FieldMoves between(Btf former, int formerType, Btf present, int presentType) {
        Walk walk = new Walk(former, present, new ArrayList<>(), new ArrayList<>());
        walk.add("", formerType, 0, presentType, 0);
        return new FieldMoves(walk.moves, walk.moving);
    }

    /** One move of everything: for values without type information. */
    static FieldMoves whole(int bytes) {
        return new FieldMoves(List.of(new Move(0, 0, bytes)), List.of());
    }

    /** Copies the fields of one value; bytes that no field of the other layout fills are left as they are. */
    void copy(MemorySegment from, long fromAt, MemorySegment to, long toAt) {
        for (Move move : moves) {
            MemorySegment.copy(from, fromAt + move.from, to, toAt + move.to, move.bytes);
        }
    }

    List<Moving> moving() {
        return moving;
    }

    /** What a number was in a former value. */
    static long value(MemorySegment from, long at, Moving number) {
        return from.get(JAVA_LONG_UNALIGNED, at + number.from);
    }

    /** Finds the moves, two types side by side. */
    private record Walk(Btf former, Btf present, List<Move> moves, List<Moving> moving) {

        private void add(String name, int formerType, long from, int presentType, long to) {
            int old = former.resolved(formerType);
            int now = present.resolved(presentType);
            int kind = present.kind(now);
            if (kind == Btf.STRUCT && former.kind(old) == Btf.STRUCT) {
                for (Member member : present.members(now)) {
                    find(old, member.name())
                            .ifPresent(match -> add(
                                    member.name(),
                                    match.type(),
                                    from + match.offset(),
                                    member.type(),
                                    to + member.offset()));
                }
            } else if (kind == Btf.ARRAY && former.kind(old) == Btf.ARRAY) {
                int elements = Math.min(former.elements(old), present.elements(now));
                int oldElement = former.elementType(old);
                int newElement = present.elementType(now);
                for (int i = 0; i < elements; i++) {
                    add(
                            name,
                            oldElement,
                            from + (long) i * former.size(oldElement),
                            newElement,
                            to + (long) i * present.size(newElement));
                }
            } else if (isPlain(kind) && isPlain(former.kind(old))
                    || kind == Btf.UNION && former.kind(old) == Btf.UNION) {
                addPlain(name, from, to, Math.min(former.size(old), present.size(now)));
            }
        }

        private void addPlain(String name, long from, long to, int bytes) {
            if (bytes == Long.BYTES) {
                moving.add(new Moving(from, to, TIMES.contains(name)));
            }
            if (!moves.isEmpty()) {
                Move last = moves.getLast();
                if (last.from + last.bytes == from && last.to + last.bytes == to) {
                    moves.set(moves.size() - 1, new Move(last.from, last.to, last.bytes + bytes));
                    return;
                }
            }
            moves.add(new Move(from, to, bytes));
        }

        private Optional<Member> find(int struct, String name) {
            return former.members(struct).stream()
                    .filter(member -> member.name().equals(name))
                    .findFirst();
        }

        private static boolean isPlain(int kind) {
            return kind == Btf.INT || kind == Btf.ENUM || kind == Btf.ENUM64 || kind == Btf.POINTER;
        }
    }
}
