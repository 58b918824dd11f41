package sluice.dataplane.xdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import sluice.net.Bytes;

/**
 * A program as the kernel takes it: its instructions with those of every function it calls behind them.
 *
 * @param name as in C
 * @param code 8 bytes per instruction
 * @param functions where each function begins, the program itself first
 */
record ProgramImage(String name, String license, Bytes code, List<FunctionInfo> functions) {

    static final int INSTRUCTION_BYTES = 8;
    static final int FUNCTION_INFO_BYTES = 8;

    /**
     * Says what a function is.
     *
     * @param instruction index of its first instruction
     * @param type BTF id of the function
     */
    record FunctionInfo(int instruction, int type) {}

    ProgramImage {
        functions = List.copyOf(functions);
        if (code.isEmpty() || code.length() % INSTRUCTION_BYTES != 0) {
            throw new IllegalArgumentException("Program " + name + " of " + code.length() + " bytes");
        }
    }

    int instructionCount() {
        return code.length() / INSTRUCTION_BYTES;
    }

    int functionCount() {
        return functions.size();
    }

    MemorySegment instructions(Arena arena) {
        MemorySegment segment = arena.allocate(code.length(), INSTRUCTION_BYTES);
        return segment.copyFrom(MemorySegment.ofArray(code.toArray()));
    }

    MemorySegment functionInfos(Arena arena) {
        MemorySegment segment = arena.allocate((long) functions.size() * FUNCTION_INFO_BYTES, Integer.BYTES);
        for (int i = 0; i < functions.size(); i++) {
            segment.setAtIndex(ValueLayout.JAVA_INT, 2L * i, functions.get(i).instruction());
            segment.setAtIndex(
                    ValueLayout.JAVA_INT, 2L * i + 1, functions.get(i).type());
        }
        return segment;
    }
}
