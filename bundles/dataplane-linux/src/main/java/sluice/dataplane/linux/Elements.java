package sluice.dataplane.linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;

/** The elements of the kernel's sets, through netlink: a change takes a fraction of a millisecond and no process. */
final class Elements {

    private static final int GET_ELEMENT = 10 << 8 | 13;
    private static final int DUMP = 0x300;
    private static final int FAMILY_BYTES = 4;
    private static final int LIST_ELEMENTS = 3;
    private static final int ELEMENT_KEY = 1;
    private static final int ELEMENT_USERDATA = 6;
    private static final int ELEMENT_EXPRESSION = 7;
    private static final int KEY_VALUE = 1;
    private static final int EXPRESSION_DATA = 2;
    private static final int COUNTER_BYTES = 1;
    private static final int COUNTER_PACKETS = 2;
    private static final int REQUEST_BYTES = 512;

    private final NetlinkSocket socket;

    Elements(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * One of them as it was read.
     *
     * @param comment empty when there is none
     * @param packets counted, 0 where nothing is counted
     */
    record Element(Bytes key, String comment, long packets, long bytes) {
        /** Counted nothing. */
        static final Element NONE = new Element(Bytes.EMPTY, "", 0, 0);

        /** The key of a set of addresses. */
        Ip4 address() {
            return new Ip4(key.at(0) << 24 | key.at(1) << 16 | key.at(2) << 8 | key.at(3));
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
    Optional<Element> read(KernelSet set, Bytes key) throws KernelException {
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

    /** All elements of a set. */
    List<Element> all(KernelSet set) throws KernelException {
        NetlinkWriter writer = new NetlinkWriter(REQUEST_BYTES).message(GET_ELEMENT, DUMP);
        ElementBatch.writeSet(writer, set);
        return elements(writer.end());
    }

    private List<Element> elements(NetlinkWriter request) throws KernelException {
        List<Element> found = new ArrayList<>();
        socket.ask(request, message -> {
            for (Attributes.Attribute element :
                    Attributes.of(message, FAMILY_BYTES).nest(LIST_ELEMENTS).all()) {
                found.add(element(Attributes.of(element.value(), 0)));
            }
        });
        return found;
    }

    private static Element element(Attributes attributes) {
        Bytes key =
                attributes.nest(ELEMENT_KEY).first(KEY_VALUE).map(Bytes::copyOf).orElse(Bytes.EMPTY);
        Attributes counter = attributes.nest(ELEMENT_EXPRESSION).nest(EXPRESSION_DATA);
        String comment =
                attributes.first(ELEMENT_USERDATA).map(Elements::comment).orElse("");
        return new Element(key, comment, counter.net64(COUNTER_PACKETS), counter.net64(COUNTER_BYTES));
    }

    /** type u8 | length u8 | text | 0. */
    private static String comment(ByteBuffer userdata) {
        Bytes bytes = Bytes.copyOf(userdata);
        return bytes.length() < 3 ? "" : bytes.slice(2, bytes.length() - 3).toUtf8();
    }
}
