package sluice.packet.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

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
    private static final int JUMP_IF_AT_LEAST = 0x35;
    private static final int JUMP_IF_ABOVE = 0x25;
    private static final int RETURN = 0x06;
    private static final int ETHER_TYPE_AT = 12;
    private static final int TAG_BYTES = 4;

    /** DHCP over unfragmented IPv4 (RFC 2131) and over IPv6 (RFC 8415), behind at most two tags. */
    public static final PacketFilter DHCP = behindTags(PacketFilter::dhcp);

    /** What neighbours say (RFC 4861) but for redirects, behind at most two tags. */
    public static final PacketFilter NEIGHBOURS = behindTags(PacketFilter::neighbours);

    /** The kernel has taken the outer tag off when the filter sees the frame. */
    private static PacketFilter behindTags(IntFunction<List<Instruction>> wanted) {
        List<Instruction> inner = wanted.apply(ETHER_TYPE_AT + TAG_BYTES);
        List<Instruction> all = new ArrayList<>(wanted.apply(ETHER_TYPE_AT));
        all.add(new Instruction(LOAD_SHORT, 0, 0, ETHER_TYPE_AT));
        all.add(new Instruction(JUMP_IF_EQUAL, 0, inner.size(), 0x8100));
        all.addAll(inner);
        all.add(new Instruction(RETURN, 0, 0, 0));
        return new PacketFilter(all);
    }

    /** Takes a frame whose Ethernet type is there, or goes on behind its end. */
    private static List<Instruction> dhcp(int type) {
        int ip = type + 2;
        return List.of(
                new Instruction(LOAD_SHORT, 0, 0, type),
                new Instruction(JUMP_IF_EQUAL, 0, 7, 0x0800),
                new Instruction(LOAD_BYTE, 0, 0, ip + 9),
                new Instruction(JUMP_IF_EQUAL, 0, 11, 17),
                new Instruction(LOAD_SHORT, 0, 0, ip + 6),
                new Instruction(JUMP_IF_ANY_BIT, 9, 0, 0x3fff),
                new Instruction(LOAD_IP_HEADER_LENGTH, 0, 0, ip),
                new Instruction(LOAD_SHORT_BEHIND_X, 0, 0, ip + 2),
                new Instruction(JUMP_IF_EQUAL, 5, 6, 67),
                new Instruction(JUMP_IF_EQUAL, 0, 5, 0x86dd),
                new Instruction(LOAD_BYTE, 0, 0, ip + 6),
                new Instruction(JUMP_IF_EQUAL, 0, 3, 17),
                new Instruction(LOAD_SHORT, 0, 0, ip + 42),
                new Instruction(JUMP_IF_EQUAL, 0, 1, 547),
                new Instruction(RETURN, 0, 0, 0xffff));
    }

    /** The same. */
    private static List<Instruction> neighbours(int type) {
        int ip = type + 2;
        return List.of(
                new Instruction(LOAD_SHORT, 0, 0, type),
                new Instruction(JUMP_IF_EQUAL, 0, 6, 0x86dd),
                new Instruction(LOAD_BYTE, 0, 0, ip + 6),
                new Instruction(JUMP_IF_EQUAL, 0, 4, 58),
                new Instruction(LOAD_BYTE, 0, 0, ip + 40),
                new Instruction(JUMP_IF_AT_LEAST, 0, 2, 133),
                new Instruction(JUMP_IF_ABOVE, 1, 0, 136),
                new Instruction(RETURN, 0, 0, 0xffff));
    }

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
