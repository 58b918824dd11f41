package sluice.dataplane.linux;

import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import sluice.dataplane.api.Policer;
import sluice.packet.io.KernelException;

/**
 * Classes of the hierarchical token bucket (tc-htb(8)), one for a subscriber on an interface, each with a queue of its
 * own, through rtnetlink. A packet finds its class by its priority, so no filter is looked through.
 *
 * <p>A class takes about 0.1 ms to make while there are two thousand; the time grows with their number.
 */
final class HtbClasses {

    /** Major number of the root, such as nobody else has. */
    static final int MAJOR = 0x6400;

    private static final int NEW_DISCIPLINE = 36;
    private static final int NEW_CLASS = 40;
    private static final int DELETE_CLASS = 41;
    private static final int GET_CLASS = 42;
    /** Without it the kernel answers a question for one class to listeners only. */
    private static final int ECHO = 8;

    private static final int CREATE = 0x400;
    private static final int REPLACE = 0x100;
    private static final int EXCLUSIVE = 0x200;
    private static final int DUMP = 0x300;
    private static final int MESSAGE_BYTES = 20;
    private static final int KIND = 1;
    private static final int OPTIONS = 2;
    private static final int STATISTICS = 7;
    private static final int STATISTICS_BASIC = 1;
    private static final int STATISTICS_QUEUE = 3;
    private static final int STATISTICS_PACKETS64 = 8;
    private static final int HTB_PARAMETERS = 1;
    private static final int HTB_RATE64 = 6;
    private static final int HTB_CEILING64 = 7;
    private static final int ETHERNET = 1;
    private static final int TICK_NANOS = 64;
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final int QUANTUM_LEAST = 1600;
    private static final int QUANTUM_MOST = 60_000;
    private static final int QUEUE_LEAST = 30_000;
    private static final int REQUEST_BYTES = 512;
    private static final int ESRCH = 3;

    private final NetlinkSocket socket;
    private final int queueMillis;

    /** @param queueMillis how long a full queue holds a packet up at the rate */
    HtbClasses(NetlinkSocket socket, int queueMillis) {
        this.socket = socket;
        this.queueMillis = queueMillis;
    }

    /** The class of a subscriber by its number, 1..65534, on any interface. */
    static int id(int number) {
        return MAJOR << Short.SIZE | number;
    }

    /**
     * What a class has done.
     *
     * @param packets that left it
     * @param bytes of IP in them
     * @param waiting packets in its queue
     * @param waitingBytes bytes of IP in them
     */
    record Count(long packets, long bytes, long waiting, long waitingBytes) {
        static final Count NONE = new Count(0, 0, 0, 0);

        Count withFraming(int framing) {
            return new Count(packets, bytes + framing * packets, waiting, waitingBytes + framing * waiting);
        }
    }

    /**
     * Makes a class, or changes its rate and leaves what it holds and has counted.
     *
     * @param framing bytes of a packet that the interface's queue takes for its frame and that are its own
     */
    void put(int device, int number, Policer rate, int framing) throws KernelException {
        long bytesPerSecond = Math.max(1, rate.bitsPerSecond() / Byte.SIZE);
        NetlinkWriter writer = new NetlinkWriter(2 * REQUEST_BYTES);
        message(writer, NEW_CLASS, CREATE, device, id(number), MAJOR << Short.SIZE);
        writer.text(KIND, "htb")
                .nest(OPTIONS, () -> writeParameters(writer, bytesPerSecond, rate.burstBytes(), framing));
        writer.end();
        long queue = Math.max(QUEUE_LEAST, bytesPerSecond * queueMillis / 1000);
        writeQueue(writer, "bfifo", CREATE | REPLACE, device, number, (int) Math.min(queue, Integer.MAX_VALUE));
        socket.execute(writer.acknowledged());
    }

    /**
     * struct tc_htb_opt: rate, ceiling (struct tc_ratespec: unused u8, layer u8, overhead u16, unused u32, rate u32) |
     * bucket u32, bucket of the ceiling u32, in ticks | quantum, level, priority u32.
     */
    private static void writeParameters(NetlinkWriter writer, long bytesPerSecond, long burst, int framing) {
        int rate = (int) Math.min(bytesPerSecond, 0xffff_ffffL);
        int ticks = (int) Math.min(burst * SECOND_NANOS / bytesPerSecond / TICK_NANOS, Integer.MAX_VALUE);
        int quantum = Math.clamp(bytesPerSecond / 100, QUANTUM_LEAST, QUANTUM_MOST);
        int layer = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                ? ETHERNET << Short.SIZE | framing
                : ETHERNET << Byte.SIZE | framing << Short.SIZE;
        writer.words(HTB_PARAMETERS, layer, 0, rate, layer, 0, rate, ticks, ticks, quantum, 0, 0);
        if (bytesPerSecond > rate || rate < 0) {
            writer.u64(HTB_RATE64, bytesPerSecond).u64(HTB_CEILING64, bytesPerSecond);
        }
    }

    /** struct tc_fifo_qopt: limit u32. */
    private static void writeQueue(NetlinkWriter writer, String kind, int flags, int device, int number, int limit) {
        message(writer, NEW_DISCIPLINE, flags, device, 0, id(number));
        writer.text(KIND, kind).words(OPTIONS, limit).end();
    }

    /**
     * Takes a class away with what waits in it.
     *
     * @return what it has counted to the last packet; nothing when there is none
     */
    Count remove(int device, int number) throws KernelException {
        NetlinkWriter empty = new NetlinkWriter(REQUEST_BYTES);
        writeQueue(empty, "pfifo", CREATE | REPLACE | EXCLUSIVE, device, number, 1);
        try {
            socket.execute(empty.acknowledged());
            Count last = read(device, number);
            NetlinkWriter gone = new NetlinkWriter(REQUEST_BYTES);
            message(gone, DELETE_CLASS, 0, device, id(number), 0).end();
            socket.execute(gone.acknowledged());
            return last;
        } catch (KernelException refusal) {
            if (refusal.errno() == KernelException.ENOENT || refusal.errno() == ESRCH) {
                return Count.NONE;
            }
            throw refusal;
        }
    }

    /** What a class has done; nothing when there is none. */
    Count read(int device, int number) throws KernelException {
        NetlinkWriter request = new NetlinkWriter(REQUEST_BYTES);
        message(request, GET_CLASS, ECHO, device, id(number), 0).end().acknowledged();
        Count[] found = {Count.NONE};
        try {
            socket.ask(request, message -> found[0] = count(Attributes.of(message, MESSAGE_BYTES)));
        } catch (KernelException refusal) {
            if (refusal.errno() != KernelException.ENOENT) {
                throw refusal;
            }
        }
        return found[0];
    }

    /**
     * gnet_stats_basic: bytes u64 | packets u32; gnet_stats_queue: length u32 | backlog u32 | drops u32 ... The kernel
     * adds all 64 bits of the packets when 32 do not hold them.
     */
    static Count count(Attributes attributes) {
        Attributes statistics = attributes.nest(STATISTICS);
        var basic = statistics.first(STATISTICS_BASIC);
        var queue = statistics.first(STATISTICS_QUEUE);
        if (basic.isEmpty() || queue.isEmpty()) {
            return Count.NONE;
        }
        long packets = statistics
                .first(STATISTICS_PACKETS64)
                .map(all -> all.getLong(0))
                .orElseGet(() -> Integer.toUnsignedLong(basic.get().getInt(Long.BYTES)));
        return new Count(
                packets,
                basic.get().getLong(0),
                Integer.toUnsignedLong(queue.get().getInt(0)),
                Integer.toUnsignedLong(queue.get().getInt(Integer.BYTES)));
    }

    /** The numbers of all that have a class on an interface. */
    Set<Integer> all(int device) throws KernelException {
        NetlinkWriter request = new NetlinkWriter(REQUEST_BYTES);
        message(request, GET_CLASS, DUMP, device, 0, 0).end();
        Set<Integer> numbers = new HashSet<>();
        socket.ask(request, message -> {
            int handle = message.getInt(8);
            if (handle >>> Short.SIZE == MAJOR) {
                numbers.add(handle & 0xffff);
            }
        });
        return numbers;
    }

    /** struct tcmsg: family u8 | 3 unused | index u32 | handle u32 | parent u32 | info u32. */
    private static NetlinkWriter message(
            NetlinkWriter writer, int type, int flags, int device, int handle, int parent) {
        return writer.message(type, flags)
                .bytes(0, 0, 0, 0)
                .u32(device)
                .u32(handle)
                .u32(parent)
                .u32(0);
    }
}
