package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/**
 * The subscribers' entries, in memory shared with the programs.
 *
 * <pre>
 * struct subscriber, 256 bytes
 *   0 | state u32 | - u32 | binding 56, the even one   |
 *  64 |           - u64   | binding 56, the odd one    |
 * 128 | usage of the upload 64                         |
 * 192 | usage of the download 64                       |
 *
 * struct binding, 56 bytes
 *   0 | session u64                                    |
 *   8 | address be32          | flags u32              |
 *  16 | mac 6                              | port u16  |
 *  24 | outer tpid | tci be16 | inner tpid | tci be16  |
 *  32 | upload cost u32 | burst u32                    |
 *  40 | download cost u32 | burst u32                  |
 *  48 | -                                              |
 *
 * struct usage, 64 bytes: tat | packets | bytes | policed packets | policed bytes | spoofed | - | -, u64 each
 *
 * state: generation:29 | installed:1 | open:1 | half:1
 * </pre>
 *
 * A new binding is written into the half that is not in force; storing the state, with release order, puts it in force
 * at once. A crash before that store leaves what was. Any thread, but one at a time for each entry.
 */
final class SubscriberTable {

    static final int ENTRY_BYTES = 256;
    static final int BINDING_BYTES = 56;
    static final int EVEN_AT = 8;
    static final int ODD_AT = 72;
    static final int UP_AT = 128;
    static final int DOWN_AT = 192;

    static final int ADDRESS_AT = 8;
    static final int MAC_AT = 16;
    static final int PORT_AT = 22;
    static final int OUTER_TPID_AT = 24;
    static final int OUTER_TCI_AT = 26;
    static final int INNER_TPID_AT = 28;
    static final int INNER_TCI_AT = 30;
    static final int UP_LIMIT_AT = 32;
    static final int DOWN_LIMIT_AT = 40;

    static final int PACKETS_AT = 8;
    static final int BYTES_AT = 16;
    static final int POLICED_PACKETS_AT = 24;
    static final int SPOOFED_AT = 40;
    static final int USAGE_BYTES = 64;

    private static final int HALF = 1;
    private static final int OPEN = 2;
    private static final int INSTALLED = 4;
    private static final int FLAGS = 7;
    private static final int GENERATION = 8;

    private static final ValueLayout.OfInt NET_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort NET_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle STATE = JAVA_INT.varHandle();
    private static final VarHandle COUNTER = JAVA_LONG.varHandle();

    private final MemorySegment memory;
    private final int count;

    /** @param memory the mapped array */
    SubscriberTable(MemorySegment memory, int count) {
        this.memory = memory;
        this.count = count;
    }

    int count() {
        return count;
    }

    boolean isInstalled(int index) {
        return (state(index) & INSTALLED) != 0;
    }

    boolean isOpen(int index) {
        return (state(index) & OPEN) != 0;
    }

    /** The session of an installed entry. */
    long session(int index) {
        return memory.get(JAVA_LONG, binding(index, state(index)));
    }

    /** Puts an entry in force; its counters begin at zero. */
    void install(int index, SubscriberEntry entry) {
        memory.asSlice(base(index) + UP_AT, 2L * USAGE_BYTES).fill((byte) 0);
        change(index, entry);
    }

    /** Puts an entry in force whose counters go on. */
    void change(int index, SubscriberEntry entry) {
        int state = state(index);
        int half = ~state & HALF;
        write(base(index) + (half == 0 ? EVEN_AT : ODD_AT), entry);
        publish(index, next(state, OPEN | INSTALLED | half));
    }

    /** Lets no packet of the entry pass any more. */
    void stop(int index) {
        int state = state(index);
        publish(index, next(state, state & HALF | INSTALLED));
    }

    /** Forgets the entry. */
    void remove(int index) {
        int state = state(index);
        publish(index, next(state, state & HALF));
    }

    /** Makes one entry like another, counters too, and puts it in force if the other is. */
    void copy(int from, int to) {
        int state = state(from);
        memory.asSlice(base(to) + Integer.BYTES, ENTRY_BYTES - Integer.BYTES)
                .copyFrom(memory.asSlice(base(from) + Integer.BYTES, ENTRY_BYTES - Integer.BYTES));
        publish(to, next(state(to), state & FLAGS));
    }

    /** The entry as it stands in force, or stood when it was stopped. */
    SubscriberEntry entry(int index) {
        long at = binding(index, state(index));
        List<VlanTag> tags = new ArrayList<>(2);
        addTag(tags, at + OUTER_TPID_AT);
        addTag(tags, at + INNER_TPID_AT);
        long mac = 0;
        for (int i = 0; i < MacAddress.LENGTH; i++) {
            mac = mac << 8 | memory.get(ValueLayout.JAVA_BYTE, at + MAC_AT + i) & 0xff;
        }
        return new SubscriberEntry(
                memory.get(JAVA_LONG, at),
                memory.get(JAVA_SHORT, at + PORT_AT),
                tags,
                new MacAddress(mac),
                new Ip4(memory.get(NET_INT, at + ADDRESS_AT)),
                policer(at + UP_LIMIT_AT),
                policer(at + DOWN_LIMIT_AT));
    }

    /** The counters as of now. */
    Traffic traffic(int index) {
        long up = base(index) + UP_AT;
        long down = base(index) + DOWN_AT;
        return new Traffic(
                counter(up + PACKETS_AT),
                counter(up + BYTES_AT),
                counter(down + PACKETS_AT),
                counter(down + BYTES_AT),
                counter(up + POLICED_PACKETS_AT),
                counter(down + POLICED_PACKETS_AT),
                counter(up + SPOOFED_AT));
    }

    private void write(long at, SubscriberEntry entry) {
        List<VlanTag> tags = entry.tags();
        memory.set(JAVA_LONG, at, entry.session());
        memory.set(NET_INT, at + ADDRESS_AT, entry.address().bits());
        memory.set(JAVA_INT, at + ADDRESS_AT + 4, 0);
        for (int i = 0; i < MacAddress.LENGTH; i++) {
            byte octet = (byte) (entry.mac().value() >>> 8 * (MacAddress.LENGTH - 1 - i));
            memory.set(ValueLayout.JAVA_BYTE, at + MAC_AT + i, octet);
        }
        memory.set(JAVA_SHORT, at + PORT_AT, (short) entry.port());
        for (int i = 0; i < 2; i++) {
            boolean tagged = i < tags.size();
            memory.set(
                    NET_SHORT,
                    at + OUTER_TPID_AT + 4L * i,
                    tagged ? (short) tags.get(i).tpid() : 0);
            memory.set(
                    NET_SHORT,
                    at + OUTER_TCI_AT + 4L * i,
                    tagged ? (short) tags.get(i).tci() : 0);
        }
        write(at + UP_LIMIT_AT, Limit.of(entry.upload()));
        write(at + DOWN_LIMIT_AT, Limit.of(entry.download()));
    }

    private void write(long at, Limit limit) {
        memory.set(JAVA_INT, at, limit.cost());
        memory.set(JAVA_INT, at + 4, limit.burst());
    }

    private Policer policer(long at) {
        return new Limit(memory.get(JAVA_INT, at), memory.get(JAVA_INT, at + 4)).toPolicer();
    }

    private void addTag(List<VlanTag> tags, long at) {
        int tpid = memory.get(NET_SHORT, at) & 0xffff;
        if (tpid != 0) {
            tags.add(new VlanTag(tpid, memory.get(NET_SHORT, at + 2) & 0xffff));
        }
    }

    private long counter(long at) {
        return (long) COUNTER.getVolatile(memory, at);
    }

    private int state(int index) {
        return (int) STATE.getVolatile(memory, base(index));
    }

    private void publish(int index, int state) {
        STATE.setVolatile(memory, base(index), state);
    }

    private static int next(int state, int flags) {
        return (state & ~FLAGS) + GENERATION | flags;
    }

    private long base(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("Entry " + index + " of " + count);
        }
        return (long) index * ENTRY_BYTES;
    }

    private long binding(int index, int state) {
        return base(index) + ((state & HALF) == 0 ? EVEN_AT : ODD_AT);
    }
}
