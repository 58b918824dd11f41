package sluice.coa;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.radius.packet.Attribute;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeText;

/** Attributes of one request that may come once, read by their types. Belongs to one thread. */
final class SingleValues {

    private final Map<AttributeCode, Bytes> values = new LinkedHashMap<>();

    void put(Attribute attribute) throws RequestRefused {
        if (values.put(attribute.code(), attribute.value()) != null) {
            throw invalid(attribute.code(), "comes more than once");
        }
    }

    boolean has(AttributeCode code) {
        return values.containsKey(code);
    }

    /** Text as it came. */
    Optional<String> text(AttributeCode code) throws RequestRefused {
        Bytes value = values.get(code);
        if (value == null) {
            return Optional.empty();
        }
        if (value.isEmpty()) {
            throw invalid(code, "is empty");
        }
        return Optional.of(value.toUtf8());
    }

    /** Unsigned number of four bytes. */
    Optional<Long> number(AttributeCode code) throws RequestRefused {
        Bytes value = values.get(code);
        if (value == null) {
            return Optional.empty();
        }
        return Optional.of(AttributeText.number(sized(code, value, 4)));
    }

    /** Exactly so many bytes. */
    Optional<Bytes> octets(AttributeCode code, int size) throws RequestRefused {
        Bytes value = values.get(code);
        return value == null ? Optional.empty() : Optional.of(sized(code, value, size));
    }

    Optional<Ip4> ip4(AttributeCode code) throws RequestRefused {
        return number(code).map(bits -> new Ip4(bits.intValue()));
    }

    Optional<Ip6> ip6(AttributeCode code) throws RequestRefused {
        Bytes value = values.get(code);
        if (value == null) {
            return Optional.empty();
        }
        Bytes whole = sized(code, value, Ip6.LENGTH);
        return Optional.of(new Ip6(AttributeText.number(whole.slice(0, 8)), AttributeText.number(whole.slice(8, 8))));
    }

    Optional<Ip6Prefix> prefix(AttributeCode code) throws RequestRefused {
        Bytes value = values.get(code);
        if (value == null) {
            return Optional.empty();
        }
        Optional<Ip6Prefix> prefix = AttributeText.ip6Prefix(value);
        if (prefix.isEmpty()) {
            throw invalid(code, "is no prefix");
        }
        return prefix;
    }

    private static Bytes sized(AttributeCode code, Bytes value, int size) throws RequestRefused {
        if (value.length() != size) {
            throw invalid(code, "has " + value.length() + " bytes, expected " + size);
        }
        return value;
    }

    static RequestRefused invalid(AttributeCode code, String what) {
        return new RequestRefused(ErrorCause.INVALID_REQUEST, code + " " + what);
    }
}
