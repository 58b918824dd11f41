package sluice.radius.packet;

import java.util.Locale;

/** What the value of an attribute is. */
public enum DataType {
    STRING(0),
    OCTETS(0),
    IP4(4),
    IP6(16),
    IP4_PREFIX(0),
    IP6_PREFIX(0),
    INTERFACE_ID(8),
    ETHERNET(6),
    DATE(4),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    SIGNED32(4);

    private final int size;

    DataType(int size) {
        this.size = size;
    }

    /** Bytes of a value; 0 when it may have any number. */
    public int size() {
        return size;
    }

    /** Whether it is a number, so that its values may have names. */
    public boolean isNumber() {
        return this == INT8 || this == INT16 || this == INT32 || this == INT64 || this == SIGNED32;
    }

    /**
     * The type that a dictionary calls by this name; what has a structure of its own is octets.
     *
     * @throws IllegalArgumentException when dictionaries have no such type
     */
    static DataType of(String declared) {
        String name = declared.toLowerCase(Locale.ROOT);
        int bracket = name.indexOf('[');
        return switch (bracket < 0 ? name : name.substring(0, bracket)) {
            case "string", "text" -> STRING;
            case "octets", "abinary", "vsa", "evs", "tlv", "extended", "long-extended", "combo-ip", "struct" -> OCTETS;
            case "ipaddr", "ipv4addr" -> IP4;
            case "ipv6addr" -> IP6;
            case "ipv4prefix" -> IP4_PREFIX;
            case "ipv6prefix" -> IP6_PREFIX;
            case "ifid" -> INTERFACE_ID;
            case "ether" -> ETHERNET;
            case "date" -> DATE;
            case "byte", "uint8", "bool" -> INT8;
            case "short", "uint16" -> INT16;
            case "integer", "uint32" -> INT32;
            case "integer64", "uint64" -> INT64;
            case "signed", "int32" -> SIGNED32;
            default -> throw new IllegalArgumentException("type " + declared);
        };
    }
}
