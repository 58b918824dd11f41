package sluice.net;

/** Reads and writes IPv6 addresses as text (RFC 4291, 2.2; canonical form RFC 5952, 4). */
final class Ip6Text {
    private static final int GROUPS = 8;

    private final String text;
    private final int[] groups = new int[GROUPS];
    private int count;
    private int gap = -1;

    private Ip6Text(String text) {
        this.text = text;
    }

    static Ip6 parse(String text) {
        return new Ip6Text(text).parse();
    }

    private Ip6 parse() {
        int from = 0;
        if (text.startsWith("::")) {
            gap = 0;
            from = 2;
        }
        while (from < text.length()) {
            int colon = text.indexOf(':', from);
            int to = colon < 0 ? text.length() : colon;
            part(from, to, colon < 0);
            from = to + 1;
            if (colon >= 0 && from == text.length()) {
                throw unreadable();
            }
            if (colon >= 0 && text.charAt(from) == ':') {
                if (gap >= 0) {
                    throw unreadable();
                }
                gap = count;
                from++;
            }
        }
        if (gap < 0 ? count != GROUPS : count >= GROUPS) {
            throw unreadable();
        }
        return spread();
    }

    private void part(int from, int to, boolean last) {
        if (last && text.indexOf('.', from) >= 0) {
            int bits = Ip4.parse(text.substring(from, to)).bits();
            add(bits >>> 16);
            add(bits & 0xffff);
            return;
        }
        if (to == from || to - from > 4) {
            throw unreadable();
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = Digits.hex(text.charAt(i));
            if (digit < 0) {
                throw unreadable();
            }
            value = value << 4 | digit;
        }
        add(value);
    }

    private void add(int group) {
        if (count == GROUPS) {
            throw unreadable();
        }
        groups[count++] = group;
    }

    private Ip6 spread() {
        int behindGap = gap < 0 ? 0 : count - gap;
        long high = 0;
        long low = 0;
        for (int i = 0; i < GROUPS; i++) {
            int fromEnd = i - (GROUPS - behindGap);
            int group = gap < 0 || i < gap ? groups[i] : fromEnd >= 0 ? groups[gap + fromEnd] : 0;
            if (i < GROUPS / 2) {
                high = high << 16 | group;
            } else {
                low = low << 16 | group;
            }
        }
        return new Ip6(high, low);
    }

    private IllegalArgumentException unreadable() {
        return new IllegalArgumentException("IPv6 address \"" + text + "\", expected groups of hexadecimal digits");
    }

    static String format(Ip6 address) {
        int bestStart = -1;
        int bestLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int length = 0;
            while (i + length < GROUPS && address.group(i + length) == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
            i += length;
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
            } else {
                if (i > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(address.group(i)));
            }
        }
        return text.toString();
    }
}
