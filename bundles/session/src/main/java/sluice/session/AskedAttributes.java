package sluice.session;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.session.api.Credentials;
import sluice.session.api.Effect;

/**
 * What a protocol knew of a subscriber when RADIUS was asked, kept small until it is asked again. For one who proved
 * himself there is a Service-Type among it, which says what can be asked again: Authorize-Only.
 */
final class AskedAttributes {

    private static final int LENGTH_MAX = 0xffff;
    private static final String SERVICE_TYPE = "Service-Type";
    private static final String AUTHORIZE_ONLY = "Authorize-Only";

    private AskedAttributes() {}

    /** What is to be kept of that question. */
    static Bytes of(Effect.Authenticate question) {
        if (question.credentials().isEmpty()) {
            return encode(question.attributes());
        }
        Map<String, String> all = new HashMap<>(question.attributes());
        all.put(SERVICE_TYPE, AUTHORIZE_ONLY);
        Bytes bytes = encode(all);
        return bytes.isEmpty() ? encode(Map.of(SERVICE_TYPE, AUTHORIZE_ONLY)) : bytes;
    }

    /** What proves the subscriber when he is asked about again; empty where the line does. */
    static Optional<Credentials> proof(Map<String, String> asked) {
        return AUTHORIZE_ONLY.equals(asked.get(SERVICE_TYPE))
                ? Optional.of(new Credentials.Earlier())
                : Optional.empty();
    }

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
