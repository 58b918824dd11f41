package sluice.journal;

import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.platform.api.Event;

/**
 * Writes an event in few bytes: names that are used all the time are one byte. Decoding is total.
 *
 * <pre>
 *  event:  type name | seconds 8 | nanoseconds 4 | number of fields (length) | fields
 *  field:  name | value (length, UTF-8)
 *  name:   1 byte code, or 0 and a text
 *  length: 1 byte, or 255 and 4 bytes
 * </pre>
 */
final class EventCodec {
    private static final int SPELLED_OUT = 0;
    private static final int NANOS = 1_000_000_000;

    /** A name's code is its place in this table plus 1. On disks for ever: add at the end, change nothing. */
    private static final List<String> NAMES = List.of(
            "SESSION_START",
            "SESSION_UPDATE",
            "SESSION_STOP",
            "POLICY_APPLY",
            "ROUTER_UPDATE",
            "BNG_HEALTH_UPDATE",
            "session_id",
            "access_key",
            "circuit_id",
            "remote_id",
            "auth_state",
            "status",
            "session_last_update",
            "session_start",
            "session_end",
            "terminate_cause",
            "terminate_source",
            "mac_address",
            "ip_address",
            "username",
            "input_octets",
            "output_octets",
            "input_packets",
            "output_packets",
            "policy",
            "protocol",
            "nas_port_id",
            "nas_ip",
            "circuit_id_hex",
            "remote_id_hex",
            "class",
            "router_name",
            "is_alive",
            "last_seen",
            "cpu_usage",
            "mem_usage",
            "mem_max");

    private static final Map<String, Integer> CODES = codes();

    private EventCodec() {}

    /** The event in bytes of its own, without its length. */
    static Bytes encode(Event event) {
        WireWriter out = new WireWriter(384);
        name(out, event.type());
        Instant time = event.time();
        long seconds = time.getEpochSecond();
        int nanos = time.getNano();
        out.u64(seconds).u32(nanos);
        Packing.length(out, event.fields().size());
        event.fields().forEach((name, value) -> {
            name(out, name);
            Packing.text(out, value);
        });
        return out.toBytes();
    }

    /** The event that {@link #encode} wrote. */
    static Event decode(Bytes bytes) throws MalformedPacket {
        WireReader in = new WireReader(bytes);
        String type = name(in);
        long seconds = in.u64();
        long nanos = in.u32();
        if (type.isEmpty()
                || nanos >= NANOS
                || seconds < Instant.MIN.getEpochSecond()
                || seconds > Instant.MAX.getEpochSecond()) {
            throw in.malformed(EventFault.BAD_VALUE);
        }
        int count = Packing.length(in);
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String name = name(in);
            fields.put(name, Packing.text(in));
        }
        if (in.hasRemaining()) {
            throw in.malformed(EventFault.BAD_VALUE);
        }
        return new Event(type, Instant.ofEpochSecond(seconds, nanos), fields);
    }

    private static void name(WireWriter out, String name) {
        Integer code = CODES.get(name);
        if (code == null) {
            out.u8(SPELLED_OUT);
            Packing.text(out, name);
        } else {
            out.u8(code);
        }
    }

    private static String name(WireReader in) throws MalformedPacket {
        int code = in.u8();
        if (code == SPELLED_OUT) {
            return Packing.text(in);
        }
        if (code > NAMES.size()) {
            throw in.malformed(EventFault.UNKNOWN_NAME);
        }
        return NAMES.get(code - 1);
    }

    private static Map<String, Integer> codes() {
        Map<String, Integer> codes = new HashMap<>();
        for (String name : NAMES) {
            codes.put(name, codes.size() + 1);
        }
        return Map.copyOf(codes);
    }
}
