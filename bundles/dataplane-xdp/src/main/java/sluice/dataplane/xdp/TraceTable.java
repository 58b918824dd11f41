package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;

/**
 * Which traces there are, in memory shared with the programs.
 *
 * <pre>
 * struct tracing: active u32 | - u32 | 4 traces
 * struct trace, 616 bytes
 *   0 | until u64 | interval u64 | tolerance u64 | tat u64 | limited u64 | lost u64 |
 *  48 | ifindex u32 | snap u32                                                      |
 *  56 | mac 6 | outer vid be16 | inner vid be16 | whole line u16 | ranges u32       |
 *  72 | 17 ranges: address 16 | mask 16                                              |
 * </pre>
 *
 * One writer at a time; the caller sees to it.
 */
final class TraceTable {

    static final int TRACES = 4;
    static final int RANGES = 17;
    static final int TRACES_AT = 8;
    static final int INTERVAL_AT = 8;
    static final int TOLERANCE_AT = 16;
    static final int LIMITED_AT = 32;
    static final int LOST_AT = 40;
    static final int IFINDEX_AT = 48;
    static final int SNAP_AT = 52;
    static final int MAC_AT = 56;
    static final int OUTER_VID_AT = 62;
    static final int INNER_VID_AT = 64;
    static final int WHOLE_LINE_AT = 66;
    static final int RANGES_COUNT_AT = 68;
    static final int RANGES_AT = 72;
    static final int RANGE_BYTES = 32;
    static final int TRACE_BYTES = RANGES_AT + RANGES * RANGE_BYTES;

    private static final long SECOND = 1_000_000_000;
    private static final long BURST = SECOND / 10;
    private static final int MASK_AT = 16;
    private static final int ADDRESS_BITS = 128;
    private static final ValueLayout.OfShort NET_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle ACTIVE = JAVA_INT.varHandle();
    private static final VarHandle COUNTER = JAVA_LONG.varHandle();

    private final MemorySegment memory;

    /** @param memory the mapped array of one; traces of an earlier control plane end here */
    TraceTable(MemorySegment memory) {
        this.memory = memory;
        for (int slot = 0; slot < TRACES; slot++) {
            COUNTER.setVolatile(memory, at(slot), 0L);
        }
        activate(0);
    }

    /** Shows frames from now on. */
    void put(int slot, TraceRequest request, int ifindex, long until) {
        long at = at(slot);
        memory.asSlice(at, TRACE_BYTES).fill((byte) 0);
        memory.set(JAVA_LONG, at + INTERVAL_AT, SECOND / request.framesPerSecond());
        memory.set(JAVA_LONG, at + TOLERANCE_AT, Math.max(BURST, SECOND / request.framesPerSecond()));
        memory.set(JAVA_INT, at + IFINDEX_AT, ifindex);
        memory.set(JAVA_INT, at + SNAP_AT, request.snap());
        put(at + MAC_AT, request.mac().toBytes());
        memory.set(NET_SHORT, at + OUTER_VID_AT, (short) request.line().svlan());
        memory.set(NET_SHORT, at + INNER_VID_AT, (short) request.line().cvlan());
        memory.set(JAVA_SHORT, at + WHOLE_LINE_AT, (short) (request.wholeLine() ? 1 : 0));
        int ranges = 0;
        for (Ip4 address : request.addresses()) {
            Bytes mapped = Bytes.fromHex("00000000000000000000ffff").plus(address.toBytes());
            putRange(at, ranges++, mapped, ADDRESS_BITS);
        }
        for (Ip6Prefix prefix : request.prefixes()) {
            putRange(at, ranges++, prefix.network().toBytes(), prefix.length());
        }
        memory.set(JAVA_INT, at + RANGES_COUNT_AT, ranges);
        COUNTER.setVolatile(memory, at, until);
    }

    /** Shows no more frames of this trace. */
    void end(int slot) {
        COUNTER.setVolatile(memory, at(slot), 0L);
    }

    /** How many traces there are: 0 spares every frame the rest. */
    void activate(int count) {
        ACTIVE.setVolatile(memory, 0L, count);
    }

    /** What the programs could not show. */
    Trace.Loss lost(int slot) {
        return new Trace.Loss((long) COUNTER.getVolatile(memory, at(slot) + LIMITED_AT), (long)
                COUNTER.getVolatile(memory, at(slot) + LOST_AT));
    }

    private void putRange(long trace, int index, Bytes address, int length) {
        long at = trace + RANGES_AT + (long) index * RANGE_BYTES;
        put(at, address);
        for (int i = 0; i < address.length(); i++) {
            int bits = Math.clamp(length - 8L * i, 0, 8);
            memory.set(ValueLayout.JAVA_BYTE, at + MASK_AT + i, (byte) (0xff00 >>> bits));
        }
    }

    private void put(long at, Bytes bytes) {
        MemorySegment.copy(bytes.toArray(), 0, memory, ValueLayout.JAVA_BYTE, at, bytes.length());
    }

    private static long at(int slot) {
        return TRACES_AT + (long) slot * TRACE_BYTES;
    }
}
