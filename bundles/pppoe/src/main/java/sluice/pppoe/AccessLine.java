package sluice.pppoe;

import java.util.Map;
import java.util.TreeMap;
import sluice.net.Bytes;
import sluice.net.LineRates;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;

/**
 * What the access node says of the line in a tag of the Broadband Forum (TR-101, 3.9.2 and appendix A).
 *
 * <pre>
 * +-----------------+----------+----------+--------+----------+----------+---
 * | 00 00 0d e9  4  |  code 1  | length 1 | value  |  code 1  | length 1 | ...
 * +-----------------+----------+----------+--------+----------+----------+---
 * </pre>
 *
 * @param circuitId agent circuit id, at most 255 bytes, empty when there is none
 * @param remoteId agent remote id, at most 255 bytes, empty when there is none
 * @param attributes the rest that RADIUS has names for (RFC 4679), by these
 */
record AccessLine(Bytes circuitId, Bytes remoteId, Map<String, String> attributes) {
    /** Nothing is said. */
    static final AccessLine NONE = new AccessLine(Bytes.EMPTY, Bytes.EMPTY, Map.of());

    private static final int VENDOR_LENGTH = 4;

    private static final int CIRCUIT_ID = 1;
    private static final int REMOTE_ID = 2;

    AccessLine {
        attributes = Map.copyOf(attributes);
    }

    /**
     * The line as a message says it. Where a length lies, the rest of the tag is passed over: the tag tells of the line
     * and does not decide whether the subscriber is served.
     */
    static AccessLine of(DiscoveryMessage message) {
        return message.tags().stream()
                .filter(tag -> tag.type() == PppoeTag.VENDOR_SPECIFIC)
                .map(PppoeTag::value)
                .filter(AccessLine::isOfBroadbandForum)
                .findFirst()
                .map(value -> parse(value.slice(VENDOR_LENGTH)))
                .orElse(NONE);
    }

    private static boolean isOfBroadbandForum(Bytes value) {
        return value.length() >= VENDOR_LENGTH
                && (value.at(0) << 24 | value.at(1) << 16 | value.at(2) << 8 | value.at(3))
                        == LineRates.BROADBAND_FORUM;
    }

    private static AccessLine parse(Bytes parts) {
        Bytes circuit = Bytes.EMPTY;
        Bytes remote = Bytes.EMPTY;
        Map<String, String> attributes = new TreeMap<>();
        WireReader in = new WireReader(parts);
        try {
            while (in.hasRemaining()) {
                int code = in.u8();
                Bytes value = in.bytes(in.u8());
                switch (code) {
                    case CIRCUIT_ID -> circuit = value.compact();
                    case REMOTE_ID -> remote = value.compact();
                    default -> LineRates.addTo(attributes, code, value);
                }
            }
        } catch (MalformedPacket shortened) {
            return new AccessLine(circuit, remote, attributes);
        }
        return new AccessLine(circuit, remote, attributes);
    }
}
