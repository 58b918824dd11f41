package sluice.session;

import java.util.Map;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/** What a protocol knew of a subscriber when RADIUS was asked, kept small until it is asked again. */
final class AskedAttributes {

    private static final int LENGTH_MAX = 0xffff;

    private AskedAttributes() {}

    /** Nothing when it is more than a frozen session takes. */
    static Bytes encode(Map<String, String> attributes) {
        WireWriter out = new WireWriter(128);
        FrozenFields.map(out, attributes, FrozenFields::text);
        Bytes bytes = out.toBytes();
        return attributes.isEmpty() || bytes.length() > LENGTH_MAX ? Bytes.EMPTY : bytes;
    }

    static Map<String, String> decode(Bytes bytes) {
        if (bytes.isEmpty()) {
            return Map.of();
        }
        try {
            return FrozenFields.map(new WireReader(bytes), FrozenFields::text);
        } catch (MalformedPacket e) {
            return Map.of(); // a damaged store; RADIUS is asked without them
        }
    }
}
