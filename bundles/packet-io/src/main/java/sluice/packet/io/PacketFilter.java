package sluice.packet.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Which frames a packet socket wants: a program of the kernel's classic filter (socket(7), SO_ATTACH_FILTER).
 *
 * @param instructions in order
 */
public record PacketFilter(List<Instruction> instructions) {

    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int INSTRUCTION_BYTES = 8;
    private static final int PROGRAM_BYTES = 16;
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_SHORT = 0x28;
    private static final int LOAD_SHORT_BEHIND_X = 0x48;
    private static final int LOAD_IP_HEADER_LENGTH = 0xb1;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    /** Untagged, unfragmented IPv4 to the port of a DHCP server (RFC 2131). */
    public static final PacketFilter DHCP = new PacketFilter(List.of(
            new Instruction(LOAD_SHORT, 0, 0, 12),
            new Instruction(JUMP_IF_EQUAL, 0, 8, 0x0800),
            new Instruction(LOAD_BYTE, 0, 0, 23),
            new Instruction(JUMP_IF_EQUAL, 0, 6, 17),
            new Instruction(LOAD_SHORT, 0, 0, 20),
            new Instruction(JUMP_IF_ANY_BIT, 4, 0, 0x3fff),
            new Instruction(LOAD_IP_HEADER_LENGTH, 0, 0, 14),
            new Instruction(LOAD_SHORT_BEHIND_X, 0, 0, 16),
            new Instruction(JUMP_IF_EQUAL, 0, 1, 67),
            new Instruction(RETURN, 0, 0, 0xffff),
            new Instruction(RETURN, 0, 0, 0)));

    public PacketFilter {
        instructions = List.copyOf(instructions);
    }

    /**
     * struct sock_filter: code u16 | jump if true u8 | jump if false u8 | k u32.
     *
     * @param yes instructions to skip when the comparison holds
     * @param no instructions to skip when it does not
     */
    public record Instruction(int code, int yes, int no, int k) {}

    void attach(int socket) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate((long) INSTRUCTION_BYTES * instructions.size(), Long.BYTES);
            long at = 0;
            for (Instruction instruction : instructions) {
                code.set(JAVA_SHORT, at, (short) instruction.code());
                code.set(JAVA_BYTE, at + 2, (byte) instruction.yes());
                code.set(JAVA_BYTE, at + 3, (byte) instruction.no());
                code.set(JAVA_INT, at + 4, instruction.k());
                at += INSTRUCTION_BYTES;
            }
            MemorySegment program = arena.allocate(PROGRAM_BYTES, Long.BYTES);
            program.set(JAVA_SHORT, 0, (short) instructions.size());
            program.set(JAVA_LONG, 8, code.address());
            Libc.setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, program);
        }
    }
}
