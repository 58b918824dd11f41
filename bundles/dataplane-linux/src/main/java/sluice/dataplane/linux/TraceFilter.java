package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import sluice.dataplane.api.TraceRequest;
import sluice.net.Bytes;
import sluice.net.MacAddress;
import sluice.packet.io.PacketFilter;
import sluice.packet.io.PacketFilter.Instruction;

/**
 * The program of a packet socket that picks the frames of a trace: alternatives, each a chain of tests of which the
 * first that fails leads to the next alternative. The kernel has taken the outer tag off.
 */
final class TraceFilter {

    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_SHORT = 0x28;
    private static final int AND = 0x54;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;

    /** Offsets of what the kernel knows beside the bytes (SKF_AD_OFF of linux/filter.h). */
    private static final int PACKET_TYPE = -0x1000 + 4;

    private static final int VLAN_TAG = -0x1000 + 44;
    private static final int VLAN_PRESENT = -0x1000 + 48;
    private static final int OUTGOING = 4;

    private static final int SOURCE_AT = 6;
    private static final int TYPE_AT = 12;
    private static final int ETHERNET_BYTES = 14;
    private static final int TAG_BYTES = 4;
    private static final int VID_MASK = 0xfff;
    private static final int C_TAG = 0x8100;
    private static final int IP4 = 0x0800;
    private static final int IP6 = 0x86dd;

    /** Bytes that a packet is told from others by, with two tags. */
    private static final int CAPTURED_LEAST = 128;

    private final List<Instruction> program = new ArrayList<>();
    private final int captured;

    /** @param equal whether what is loaded must be the value or must not */
    private record Test(int load, int at, int mask, int value, boolean equal) {
        int instructions() {
            return mask == -1 ? 2 : 3;
        }
    }

    private TraceFilter(TraceRequest request) {
        captured = Math.max(CAPTURED_LEAST, request.snap());
    }

    /**
     * On an access interface.
     *
     * @param own whether it is the one of the traced line
     */
    static PacketFilter access(TraceRequest request, boolean own) {
        TraceFilter filter = new TraceFilter(request);
        filter.add(Stream.concat(Stream.of(outgoing(true)), mac(0, request.mac())));
        filter.add(Stream.concat(Stream.of(outgoing(false)), mac(SOURCE_AT, request.mac())));
        if (own && request.wholeLine()) {
            filter.add(Stream.concat(Stream.of(outgoing(false)), line(request)));
        }
        for (Addresses addresses : addresses(request)) {
            for (int ip : List.of(ETHERNET_BYTES, ETHERNET_BYTES + TAG_BYTES)) {
                filter.add(Stream.concat(Stream.of(outgoing(false)), ip(ip, true, addresses)));
            }
        }
        return filter.end();
    }

    /** On a core interface. */
    static PacketFilter core(TraceRequest request) {
        TraceFilter filter = new TraceFilter(request);
        for (Addresses addresses : addresses(request)) {
            filter.add(Stream.concat(Stream.of(outgoing(true)), ip(ETHERNET_BYTES, true, addresses)));
            filter.add(Stream.concat(Stream.of(outgoing(false)), ip(ETHERNET_BYTES, false, addresses)));
        }
        return filter.end();
    }

    private static List<Addresses> addresses(TraceRequest request) {
        return Stream.concat(
                        request.addresses().stream().map(Addresses::of),
                        request.prefixes().stream().map(Addresses::new))
                .toList();
    }

    private static Test outgoing(boolean wanted) {
        return new Test(LOAD_WORD, PACKET_TYPE, -1, OUTGOING, wanted);
    }

    private static Stream<Test> mac(int at, MacAddress mac) {
        return Stream.of(
                new Test(LOAD_WORD, at, -1, (int) (mac.value() >>> Short.SIZE), true),
                new Test(LOAD_SHORT, at + Integer.BYTES, -1, (int) mac.value() & 0xffff, true));
    }

    private static Stream<Test> line(TraceRequest request) {
        Stream<Test> outer = Stream.of(
                new Test(LOAD_WORD, VLAN_PRESENT, -1, 0, false),
                new Test(LOAD_WORD, VLAN_TAG, VID_MASK, request.line().svlan(), true));
        Stream<Test> inner = request.line().cvlan() == 0
                ? Stream.of(new Test(LOAD_SHORT, TYPE_AT, -1, C_TAG, false))
                : Stream.of(
                        new Test(LOAD_SHORT, TYPE_AT, -1, C_TAG, true),
                        new Test(
                                LOAD_SHORT,
                                ETHERNET_BYTES,
                                VID_MASK,
                                request.line().cvlan(),
                                true));
        return Stream.concat(outer, inner);
    }

    private static Stream<Test> ip(int at, boolean source, Addresses addresses) {
        boolean ip4 = addresses.family() == Family.IP4;
        int address = at + (ip4 ? 12 : 8) + (source ? 0 : addresses.network().length());
        Bytes network = addresses.network();
        List<Test> tests = new ArrayList<>();
        tests.add(new Test(LOAD_SHORT, at - 2, -1, ip4 ? IP4 : IP6, true));
        for (int bit = 0; bit < addresses.length(); bit += Integer.SIZE) {
            int i = bit / Byte.SIZE;
            int word = network.at(i) << 24 | network.at(i + 1) << 16 | network.at(i + 2) << 8 | network.at(i + 3);
            int left = addresses.length() - bit;
            tests.add(new Test(
                    LOAD_WORD, address + i, left >= Integer.SIZE ? -1 : -1 << Integer.SIZE - left, word, true));
        }
        return tests.stream();
    }

    private void add(Stream<Test> alternative) {
        List<Test> tests = alternative.toList();
        int rest = tests.stream().mapToInt(Test::instructions).sum() + 1;
        for (Test test : tests) {
            rest -= test.instructions();
            program.add(new Instruction(test.load(), 0, 0, test.at()));
            if (test.mask() != -1) {
                program.add(new Instruction(AND, 0, 0, test.mask()));
            }
            program.add(new Instruction(JUMP_IF_EQUAL, test.equal() ? 0 : rest, test.equal() ? rest : 0, test.value()));
        }
        program.add(new Instruction(RETURN, 0, 0, captured));
    }

    private PacketFilter end() {
        program.add(new Instruction(RETURN, 0, 0, 0));
        return new PacketFilter(program);
    }
}
