package sluice.dataplane.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.packet.io.KernelException;

/** The elements of the kernel's sets, through netlink: a change takes a fraction of a millisecond and no process. */
final class Elements {

    private static final int GET_ELEMENT = 10 << 8 | 13;
    private static final int DUMP = 0x300;
    private static final int FAMILY_BYTES = 4;
    private static final int LIST_SET = 2;
    private static final int LIST_ELEMENTS = 3;
    private static final int ELEMENT_KEY = 1;
    private static final int ELEMENT_DATA = 2;
    private static final int DATA_VERDICT = 2;
    private static final int VERDICT_CHAIN = 2;
    private static final int ELEMENT_USERDATA = 6;
    private static final int ELEMENT_EXPRESSION = 7;
    private static final int KEY_VALUE = 1;
    private static final int EXPRESSION_DATA = 2;
    private static final int COUNTER_BYTES = 1;
    private static final int COUNTER_PACKETS = 2;
    private static final int REQUEST_BYTES = 512;
    /** Each takes up to a kilobyte of the 208 KiB that a socket holds (net.core.rmem_default). */
    private static final int ANSWERS_MAX = 128;

    private final NetlinkSocket socket;

    Elements(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * One of them as it was read.
     *
     * @param comment empty when there is none
     * @param data what the map gives, a number as registers have it or the name of a chain; empty when it is no map
     * @param packets counted, 0 where nothing is counted
     * @param bytes counted; of a bucket the bytes a second that it lets pass
     */
    record Found(Bytes key, String comment, Bytes data, long packets, long bytes) {
        /** Counted nothing. */
        static final Found NONE = new Found(Bytes.EMPTY, "", Bytes.EMPTY, 0, 0);

        /** The key of a set of addresses. */
        Ip4 address() {
            return new Ip4(key.at(0) << 24 | key.at(1) << 16 | key.at(2) << 8 | key.at(3));
        }

        /** The part of a key that is an address of IPv6. */
        Ip6 address6(int at) {
            ByteBuffer bytes = ByteBuffer.wrap(key.slice(at, Ip6.LENGTH).toArray());
            return new Ip6(bytes.getLong(), bytes.getLong());
        }

        /** The key of a set of subscribers, or its first part. */
        int number() {
            return register(key);
        }

        /** What a map of numbers gives. */
        int value() {
            return register(data);
        }

        private static int register(Bytes bytes) {
            return ByteBuffer.wrap(bytes.slice(0, Integer.BYTES).toArray())
                    .order(ByteOrder.nativeOrder())
                    .getInt();
        }
    }

    /**
     * Makes the changes.
     *
     * @throws KernelException and nothing is changed
     */
    void apply(ElementBatch batch) throws KernelException {
        if (batch.elements() > 0) {
            socket.execute(batch.request());
        }
    }

    /** One element, empty when there is none with this key. */
    Optional<Found> read(SetName set, Bytes key) throws KernelException {
        NetlinkWriter writer =
                new NetlinkWriter(REQUEST_BYTES).message(GET_ELEMENT, 0).acknowledged();
        ElementBatch.writeElement(writer, set, key, () -> {});
        try {
            return elements(writer).stream().findFirst();
        } catch (KernelException refusal) {
            if (refusal.errno() == KernelException.ENOENT) {
                return Optional.empty();
            }
            throw refusal;
        }
    }

    /**
     * The element of a subscriber in each of some sets, in their order; {@link Found#NONE} where there is none. One
     * message goes to the kernel.
     */
    List<Found> read(List<KernelSet> sets, int number) throws KernelException {
        return read(sets, List.of(number)).getFirst();
    }

    /**
     * As {@link #read(List, int)} of several subscribers, in their order. One message goes to the kernel for as many as
     * have room in what it holds for us.
     */
    List<List<Found>> read(List<KernelSet> sets, List<Integer> numbers) throws KernelException {
        List<List<Found>> read = new ArrayList<>();
        int most = Math.max(1, ANSWERS_MAX / sets.size());
        for (int from = 0; from < numbers.size(); from += most) {
            read.addAll(ask(sets, numbers.subList(from, Math.min(from + most, numbers.size()))));
        }
        return read;
    }

    private List<List<Found>> ask(List<KernelSet> sets, List<Integer> numbers) throws KernelException {
        NetlinkWriter writer = new NetlinkWriter(REQUEST_BYTES * sets.size() * numbers.size());
        for (int number : numbers) {
            for (KernelSet set : sets) {
                writer.message(GET_ELEMENT, 0);
                ElementBatch.writeElement(writer, set.set(), ElementData.register(number), () -> {});
            }
        }
        Map<Integer, Map<String, Found>> found = new HashMap<>();
        socket.askAll(writer.acknowledged(), KernelException.ENOENT, message -> {
            Attributes list = Attributes.of(message, FAMILY_BYTES);
            for (Attributes.Attribute attribute : list.nest(LIST_ELEMENTS).all()) {
                Found element = element(Attributes.of(attribute.value(), 0));
                found.computeIfAbsent(element.number(), first -> new HashMap<>())
                        .put(list.text(LIST_SET), element);
            }
        });
        return numbers.stream()
                .map(found::get)
                .map(of -> sets.stream()
                        .map(set -> of == null
                                ? Found.NONE
                                : of.getOrDefault(set.set().label(), Found.NONE))
                        .toList())
                .toList();
    }

    /** All elements of a set. */
    List<Found> all(SetName set) throws KernelException {
        NetlinkWriter writer = new NetlinkWriter(REQUEST_BYTES).message(GET_ELEMENT, DUMP);
        ElementBatch.writeSet(writer, set);
        return elements(writer.end());
    }

    private List<Found> elements(NetlinkWriter request) throws KernelException {
        List<Found> found = new ArrayList<>();
        socket.ask(request, message -> {
            for (Attributes.Attribute element :
                    Attributes.of(message, FAMILY_BYTES).nest(LIST_ELEMENTS).all()) {
                found.add(element(Attributes.of(element.value(), 0)));
            }
        });
        return found;
    }

    private static Found element(Attributes attributes) {
        Bytes key =
                attributes.nest(ELEMENT_KEY).first(KEY_VALUE).map(Bytes::copyOf).orElse(Bytes.EMPTY);
        Attributes data = attributes.nest(ELEMENT_DATA);
        String chain = data.nest(DATA_VERDICT).text(VERDICT_CHAIN);
        Bytes gives = data.first(KEY_VALUE).map(Bytes::copyOf).orElseGet(() -> Bytes.utf8(chain));
        Attributes counter = attributes.nest(ELEMENT_EXPRESSION).nest(EXPRESSION_DATA);
        String comment =
                attributes.first(ELEMENT_USERDATA).map(Elements::comment).orElse("");
        return new Found(key, comment, gives, counter.net64(COUNTER_PACKETS), counter.net64(COUNTER_BYTES));
    }

    /** type u8 | length u8 | text | 0. */
    private static String comment(ByteBuffer userdata) {
        Bytes bytes = Bytes.copyOf(userdata);
        return bytes.length() < 3 ? "" : bytes.slice(2, bytes.length() - 3).toUtf8();
    }
}
