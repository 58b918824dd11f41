package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * What a discovery packet says (RFC 2516, 5).
 *
 * @param code PADI, PADR or PADT
 * @param tags in the order of the wire, unknown ones too, up to End-Of-List
 */
record DiscoveryMessage(int code, List<PppoeTag> tags) {
    /** RFC 2516, 5.1: with its header, so that a relay can add a tag. */
    private static final int PADI_MAX = 1484 - PppoeFrame.HEADER_LENGTH;

    private static final int MAX_PAYLOAD_LENGTH = 2;

    DiscoveryMessage {
        tags = List.copyOf(tags);
    }

    /**
     * The message in the packet.
     *
     * @throws MalformedPacket when it is none that can be answered, see {@link PppoeFault}
     */
    static DiscoveryMessage decode(PppoeFrame frame) throws MalformedPacket {
        if (frame.code() == PppoeFrame.PADI && frame.payload().length() > PADI_MAX) {
            throw new MalformedPacket(PppoeFault.TOO_LONG, 0);
        }
        DiscoveryMessage message = new DiscoveryMessage(frame.code(), tags(frame.payload()));
        if (frame.code() == PppoeFrame.PADT) {
            return message;
        }
        long services = message.tags.stream()
                .filter(tag -> tag.type() == PppoeTag.SERVICE_NAME)
                .count();
        if (services != 1) {
            throw new MalformedPacket(PppoeFault.SERVICE_NAMES, 0);
        }
        Optional<Bytes> maxPayload = message.tag(PppoeTag.PPP_MAX_PAYLOAD);
        if (maxPayload.isPresent() && maxPayload.get().length() != MAX_PAYLOAD_LENGTH) {
            throw new MalformedPacket(PppoeFault.BAD_MAX_PAYLOAD, 0);
        }
        if (frame.code() == PppoeFrame.PADR && message.tag(PppoeTag.AC_COOKIE).isEmpty()) {
            throw new MalformedPacket(PppoeFault.NO_COOKIE, 0);
        }
        return message;
    }

    /** The tags of a payload, up to End-Of-List. */
    static List<PppoeTag> tags(Bytes payload) throws MalformedPacket {
        WireReader in = new WireReader(payload);
        List<PppoeTag> tags = new ArrayList<>(8);
        while (in.hasRemaining()) {
            if (in.remaining() < PppoeTag.HEADER_LENGTH) {
                throw in.malformed(PppoeFault.BAD_TAG);
            }
            int type = in.u16();
            int length = in.u16();
            if (length > in.remaining()) {
                throw in.malformed(PppoeFault.BAD_TAG);
            }
            if (type == PppoeTag.END_OF_LIST) {
                break;
            }
            tags.add(new PppoeTag(type, in.bytes(length)));
        }
        return tags;
    }

    /** The tags as they stand on the wire. */
    static Bytes encode(List<PppoeTag> tags) {
        WireWriter out = new WireWriter(256);
        tags.forEach(tag -> tag.encode(out));
        return out.toBytes();
    }

    /** Value of the first tag of that type. */
    Optional<Bytes> tag(int type) {
        return tags.stream()
                .filter(tag -> tag.type() == type)
                .map(PppoeTag::value)
                .findFirst();
    }

    /** The service that is asked for; empty means any (RFC 2516, appendix A). Of a PADI or PADR. */
    Bytes service() {
        return tag(PppoeTag.SERVICE_NAME).orElse(Bytes.EMPTY);
    }

    /** By which the subscriber tells its answers; empty when it has none. */
    Bytes hostUniq() {
        return tag(PppoeTag.HOST_UNIQ).orElse(Bytes.EMPTY);
    }

    /** The cookie of a PADO, which a PADR brings back. */
    Bytes cookie() {
        return tag(PppoeTag.AC_COOKIE).orElse(Bytes.EMPTY);
    }

    /** The longest PPP payload that the subscriber takes, bytes, when it says so (RFC 4638). */
    OptionalInt maxPayload() {
        return tag(PppoeTag.PPP_MAX_PAYLOAD)
                .map(value -> OptionalInt.of(value.at(0) << 8 | value.at(1)))
                .orElse(OptionalInt.empty());
    }
}
