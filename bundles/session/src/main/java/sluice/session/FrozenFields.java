package sluice.session;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;
import sluice.net.Ip6Prefix;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * The parts of which frozen sessions are made: texts and bytes have a 16 bit length before them, optional values a
 * presence byte, lists a 16 bit count.
 */
final class FrozenFields {

    private FrozenFields() {}

    /** Reads one value. */
    interface Reading<T> {
        T from(WireReader in) throws MalformedPacket;
    }

    static <T> void optional(WireWriter out, Optional<T> value, BiConsumer<WireWriter, T> writing) {
        out.u8(value.isPresent() ? 1 : 0);
        value.ifPresent(present -> writing.accept(out, present));
    }

    static <T> Optional<T> optional(WireReader in, Reading<T> reading) throws MalformedPacket {
        return in.u8() == 1 ? Optional.of(reading.from(in)) : Optional.empty();
    }

    static <T> void list(WireWriter out, Collection<T> values, BiConsumer<WireWriter, T> writing) {
        out.u16(values.size());
        values.forEach(value -> writing.accept(out, value));
    }

    static <T> List<T> list(WireReader in, Reading<T> reading) throws MalformedPacket {
        List<T> values = new ArrayList<>();
        for (int i = in.u16(); i > 0; i--) {
            values.add(reading.from(in));
        }
        return values;
    }

    static <T> void map(WireWriter out, Map<String, T> values, BiConsumer<WireWriter, T> writing) {
        out.u16(values.size());
        values.forEach((name, value) -> {
            text(out, name);
            writing.accept(out, value);
        });
    }

    static <T> Map<String, T> map(WireReader in, Reading<T> reading) throws MalformedPacket {
        Map<String, T> values = new HashMap<>();
        for (int i = in.u16(); i > 0; i--) {
            String name = text(in);
            values.put(name, reading.from(in));
        }
        return values;
    }

    static void policer(WireWriter out, Policer policer) {
        out.u64(policer.bitsPerSecond()).u64(policer.burstBytes());
    }

    static Policer policer(WireReader in) throws MalformedPacket {
        return new Policer(in.u64(), in.u64());
    }

    static void duration(WireWriter out, Duration duration) {
        out.u64(duration.toMillis());
    }

    static Duration duration(WireReader in) throws MalformedPacket {
        return Duration.ofMillis(in.u64());
    }

    static void prefix6(WireWriter out, Ip6Prefix prefix) {
        out.ip6(prefix.network()).u8(prefix.length());
    }

    static Ip6Prefix prefix6(WireReader in) throws MalformedPacket {
        return new Ip6Prefix(in.ip6(), in.u8());
    }

    static void text(WireWriter out, String text) {
        bytes(out, Bytes.adopt(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String text(WireReader in) throws MalformedPacket {
        return bytes(in).toUtf8();
    }

    static void bytes(WireWriter out, Bytes bytes) {
        out.u16(bytes.length()).bytes(bytes);
    }

    static Bytes bytes(WireReader in) throws MalformedPacket {
        return in.bytes(in.u16());
    }
}
