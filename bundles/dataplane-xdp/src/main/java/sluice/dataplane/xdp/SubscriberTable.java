package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/**
 * The subscribers' entries, in memory shared with the programs.
 *
 * <pre>
 * struct subscriber, 256 bytes
 *   0 | state u32 | - u32     | binding 56, the even one |
 *  64 | usage of the upload 64                         |
 * 128 | usage of the download 64                       |
 * 192 | session u64           | binding 56, the odd one |
 *
 * struct binding, 56 bytes
 *   0 | address be32          | flags u16 | mtu u16    |
 *   8 | mac 6                              | port u16  |
 *  16 | outer tpid | tci be16 | inner tpid | tci be16  |
 *  24 | upload cost u32 | burst u32                    |
 *  32 | download cost u32 | burst u32                  |
 *  40 | pppoe session be16 | mss u16 | dscp up, down u8 | garden u16 |
 *  48 | -, of a later NAT                              |
 *
 * struct usage, 64 bytes, u64 each:
 *   0 | tat | packets, bytes of IPv4 | packets, bytes of IPv6 | policed packets, bytes | refused |
 *
 * flags: set priority:1 | mark down:1 | mark up:1 | access:2 | identity:2
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
    static final int ODD_AT = 200;
    static final int UP_AT = 64;
    static final int DOWN_AT = 128;

    static final int SESSION_AT = 192;

    static final int FLAGS_AT = 4;
    static final int MTU_AT = 6;
    static final int MAC_AT = 8;
    static final int PORT_AT = 14;
    static final int OUTER_TPID_AT = 16;
    static final int OUTER_TCI_AT = 18;
    static final int INNER_TPID_AT = 20;
    static final int INNER_TCI_AT = 22;
    static final int UP_LIMIT_AT = 24;
    static final int DOWN_LIMIT_AT = 32;
    static final int PPPOE_SESSION_AT = 40;
    static final int MSS_AT = 42;
    static final int DSCP_UP_AT = 44;
    static final int DSCP_DOWN_AT = 45;
    static final int GARDEN_AT = 46;
    static final int NAT_AT = 48;

    static final int PACKETS4_AT = 8;
    static final int BYTES4_AT = 16;
    static final int PACKETS6_AT = 24;
    static final int BYTES6_AT = 32;
    static final int POLICED_PACKETS_AT = 40;
    static final int POLICED_BYTES_AT = 48;
    static final int REFUSED_AT = 56;
    static final int USAGE_BYTES = 64;

    static final int IDENTITY_MASK = 3;
    static final int ACCESS_MASK = 3 << 2;
    static final int MARK_UP = 1 << 4;
    static final int MARK_DOWN = 1 << 5;
    static final int SET_PRIORITY = 1 << 6;

    private static final int HALF = 1;
    private static final int OPEN = 2;
    private static final int INSTALLED = 4;
    private static final int STATE_FLAGS = 7;
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
        return memory.get(JAVA_LONG, base(index) + SESSION_AT);
    }

    /**
     * Puts an entry in force; its counters begin at zero. It stands in the half beside the state, which spares the
     * programs a cache line.
     */
    void install(int index, SubscriberEntry entry) {
        memory.asSlice(base(index) + UP_AT, 2L * USAGE_BYTES).fill((byte) 0);
        memory.set(JAVA_LONG, base(index) + SESSION_AT, entry.session());
        putInForce(index, entry, 0);
    }

    /** Puts an entry in force whose counters go on. */
    void change(int index, SubscriberEntry entry) {
        putInForce(index, entry, ~state(index) & HALF);
    }

    private void putInForce(int index, SubscriberEntry entry, int half) {
        write(base(index) + (half == 0 ? EVEN_AT : ODD_AT), entry);
        publish(index, next(state(index), OPEN | INSTALLED | half));
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
        publish(to, next(state(to), state & STATE_FLAGS));
    }

    /** What both directions have used: two of {@code struct usage}, shared with the programs. */
    MemorySegment usage(int index) {
        return memory.asSlice(base(index) + UP_AT, 2L * USAGE_BYTES);
    }

    /**
     * The entry as it stands in force, or stood when it was stopped.
     *
     * @param magic what stands elsewhere, as are prefixes and routes
     */
    SubscriberEntry entry(int index, int magic, List<Ip6Prefix> prefixes, List<Ip4Prefix> routes) {
        long at = binding(index, state(index));
        return new SubscriberEntry(
                session(index),
                memory.get(JAVA_SHORT, at + PORT_AT),
                tags(at),
                mac(at),
                memory.get(NET_SHORT, at + PPPOE_SESSION_AT) & 0xffff,
                magic,
                new Ip4(memory.get(NET_INT, at)),
                prefixes,
                routes,
                policer(at + UP_LIMIT_AT),
                policer(at + DOWN_LIMIT_AT),
                treatment(at));
    }

    /** What of an entry has no meaning outside: the state, the limits as the programs have them, and their clocks. */
    List<ProbedEntry.Detail> details(int index) {
        int state = state(index);
        long at = binding(index, state);
        return List.of(
                new ProbedEntry.Detail("Kernel index", Integer.toString(index)),
                new ProbedEntry.Detail("Kernel generation", Integer.toString(state >>> 3)),
                new ProbedEntry.Detail("Kernel half", (state & HALF) == 0 ? "even" : "odd"),
                new ProbedEntry.Detail("Kernel upload limit", limit(at + UP_LIMIT_AT)),
                new ProbedEntry.Detail("Kernel download limit", limit(at + DOWN_LIMIT_AT)),
                new ProbedEntry.Detail("Kernel upload clock", counter(base(index) + UP_AT) + " ns"),
                new ProbedEntry.Detail("Kernel download clock", counter(base(index) + DOWN_AT) + " ns"));
    }

    private String limit(long at) {
        return Integer.toUnsignedString(memory.get(JAVA_INT, at)) + "/4096 ns a byte, "
                + Integer.toUnsignedString(memory.get(JAVA_INT, at + 4)) + " us ahead";
    }

    /** The address of an entry, 0.0.0.0 if it has none. */
    Ip4 address(int index) {
        return new Ip4(memory.get(NET_INT, binding(index, state(index))));
    }

    /** Number of the access interface of an installed entry. */
    int port(int index) {
        return memory.get(JAVA_SHORT, binding(index, state(index)) + PORT_AT);
    }

    /** The key of an entry's PPPoE session; empty for IPoE. */
    Optional<PppoeKey> pppoe(int index) {
        long at = binding(index, state(index));
        return PppoeKey.of(
                mac(at),
                memory.get(NET_SHORT, at + PPPOE_SESSION_AT) & 0xffff,
                tags(at),
                memory.get(JAVA_SHORT, at + PORT_AT));
    }

    private List<VlanTag> tags(long at) {
        List<VlanTag> tags = new ArrayList<>(2);
        addTag(tags, at + OUTER_TPID_AT);
        addTag(tags, at + INNER_TPID_AT);
        return tags;
    }

    private MacAddress mac(long at) {
        long mac = 0;
        for (int i = 0; i < MacAddress.LENGTH; i++) {
            mac = mac << 8 | memory.get(JAVA_BYTE, at + MAC_AT + i) & 0xff;
        }
        return new MacAddress(mac);
    }

    private Treatment treatment(long at) {
        int flags = memory.get(JAVA_SHORT, at + FLAGS_AT);
        return new Treatment(
                Treatment.Identity.values()[flags & IDENTITY_MASK],
                Treatment.Access.values()[(flags & ACCESS_MASK) >> 2],
                memory.get(JAVA_SHORT, at + GARDEN_AT) & 0xffff,
                dscp(flags & MARK_UP, at + DSCP_UP_AT),
                dscp(flags & MARK_DOWN, at + DSCP_DOWN_AT),
                (flags & SET_PRIORITY) != 0,
                memory.get(JAVA_SHORT, at + MSS_AT) & 0xffff,
                memory.get(JAVA_SHORT, at + MTU_AT) & 0xffff);
    }

    private OptionalInt dscp(int flag, long at) {
        return flag == 0 ? OptionalInt.empty() : OptionalInt.of(memory.get(JAVA_BYTE, at));
    }

    /** The counters as of now. */
    Traffic traffic(int index) {
        long up = base(index) + UP_AT;
        long down = base(index) + DOWN_AT;
        long upPackets6 = counter(up + PACKETS6_AT);
        long upBytes6 = counter(up + BYTES6_AT);
        long downPackets6 = counter(down + PACKETS6_AT);
        long downBytes6 = counter(down + BYTES6_AT);
        return new Traffic(
                counter(up + PACKETS4_AT) + upPackets6,
                counter(up + BYTES4_AT) + upBytes6,
                counter(down + PACKETS4_AT) + downPackets6,
                counter(down + BYTES4_AT) + downBytes6,
                upPackets6,
                upBytes6,
                downPackets6,
                downBytes6,
                counter(up + POLICED_PACKETS_AT),
                counter(down + POLICED_PACKETS_AT),
                counter(up + POLICED_BYTES_AT),
                counter(down + POLICED_BYTES_AT),
                counter(up + REFUSED_AT),
                counter(down + REFUSED_AT));
    }

    private void write(long at, SubscriberEntry entry) {
        List<VlanTag> tags = entry.tags();
        Treatment treatment = entry.treatment();
        memory.set(NET_INT, at, entry.address().bits());
        memory.set(JAVA_SHORT, at + FLAGS_AT, (short) flags(treatment));
        memory.set(JAVA_SHORT, at + MTU_AT, (short) treatment.mtu());
        for (int i = 0; i < MacAddress.LENGTH; i++) {
            byte octet = (byte) (entry.mac().value() >>> 8 * (MacAddress.LENGTH - 1 - i));
            memory.set(JAVA_BYTE, at + MAC_AT + i, octet);
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
        memory.set(NET_SHORT, at + PPPOE_SESSION_AT, (short) entry.pppoeSession());
        memory.set(JAVA_SHORT, at + MSS_AT, (short) treatment.maxSegmentSize());
        memory.set(JAVA_BYTE, at + DSCP_UP_AT, (byte) treatment.dscpUp().orElse(0));
        memory.set(JAVA_BYTE, at + DSCP_DOWN_AT, (byte) treatment.dscpDown().orElse(0));
        memory.set(JAVA_SHORT, at + GARDEN_AT, (short) treatment.garden());
        memory.set(JAVA_LONG, at + NAT_AT, 0L);
    }

    private static int flags(Treatment treatment) {
        return treatment.identity().ordinal()
                | treatment.access().ordinal() << 2
                | (treatment.dscpUp().isPresent() ? MARK_UP : 0)
                | (treatment.dscpDown().isPresent() ? MARK_DOWN : 0)
                | (treatment.priority() ? SET_PRIORITY : 0);
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
        return (state & ~STATE_FLAGS) + GENERATION | flags;
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
