package sluice.pppoe;

import java.util.HexFormat;
import java.util.OptionalLong;

/** The lower half of an IPv6 address, as text of RADIUS. */
final class InterfaceId {
    private static final int GROUPS = 4;
    private static final int HEX = 16;
    private static final String HEX_MARK = "0x";

    private InterfaceId() {}

    /** The number in {@code 0:0:0:1} or {@code 0x0000000000000001}; empty when it is zero or no such text. */
    static OptionalLong parse(String text) {
        try {
            long value = text.startsWith(HEX_MARK) ? Long.parseUnsignedLong(text.substring(2), HEX) : groups(text);
            return value == 0 ? OptionalLong.empty() : OptionalLong.of(value);
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** As the shell and CoA name it. */
    static String digits(long value) {
        return HexFormat.of().toHexDigits(value);
    }

    private static long groups(String text) {
        String[] groups = text.split(":", -1);
        if (groups.length != GROUPS) {
            throw new NumberFormatException(text);
        }
        long value = 0;
        for (String group : groups) {
            int part = Integer.parseInt(group, HEX);
            if (part >>> HEX != 0) {
                throw new NumberFormatException(text);
            }
            value = value << HEX | part;
        }
        return value;
    }
}
