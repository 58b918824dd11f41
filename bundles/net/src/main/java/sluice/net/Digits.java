package sluice.net;

/** Digits of the address texts: ASCII only, where the JDK would take every script's digits. */
final class Digits {
    private Digits() {}

    /** The value of a hexadecimal digit, or -1. */
    static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'a' && c <= 'f') {
            return c - 'a' + 10;
        }
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }

    /** The number written in decimal without sign or leading zero, at most {@code max} (below 10,000), or -1. */
    static int decimal(String text, int from, int to, int max) {
        if (to <= from || to - from > 4 || (to - from > 1 && text.charAt(from) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value <= max ? value : -1;
    }
}
