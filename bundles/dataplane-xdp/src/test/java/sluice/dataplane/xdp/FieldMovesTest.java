package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

final class FieldMovesTest {

    private final Btf types = BpfObject.ofBundle().btf();

    private int struct(String name) {
        return types.find(Btf.STRUCT, name).orElseThrow();
    }

    @Test
    void sameLayoutIsCopiedWhole() {
        FieldMoves moves = FieldMoves.between(types, struct("usage"), types, struct("usage"));
        MemorySegment from = MemorySegment.ofArray(new long[] {1, 2, 3, 4, 5, 6, 7, 8});
        MemorySegment to = MemorySegment.ofArray(new long[8]);
        moves.copy(from, 0, to, 0);
        assertThat(to.mismatch(from)).isEqualTo(-1);
    }

    @Test
    void onlyTheArrivalTimeIsNoCount() {
        FieldMoves moves = FieldMoves.between(types, struct("usage"), types, struct("usage"));
        assertThat(moves.moving())
                .hasSize(8)
                .filteredOn(FieldMoves.Moving::time)
                .containsExactly(new FieldMoves.Moving(0, 0, true));
    }

    @Test
    void structsWithoutACommonNameShareNothing() {
        FieldMoves moves = FieldMoves.between(types, struct("limit"), types, struct("usage"));
        MemorySegment to = MemorySegment.ofArray(new long[8]);
        moves.copy(MemorySegment.ofArray(new long[] {-1}), 0, to, 0);
        assertThat(to.mismatch(MemorySegment.ofArray(new long[8]))).isEqualTo(-1);
        assertThat(moves.moving()).isEmpty();
    }

    @Test
    void valuesWithoutTypesAreCopiedWhenTheyAreOfOneSize() {
        MemorySegment to = MemorySegment.ofArray(new int[1]);
        FieldMoves.whole(4).copy(MemorySegment.ofArray(new int[] {42}), 0, to, 0);
        assertThat(to.get(java.lang.foreign.ValueLayout.JAVA_INT, 0)).isEqualTo(42);
    }
}
