package sluice.shell;

/**
 * Text that is safe on a terminal. User names, host names and circuit-ids come from subscribers; a control character in
 * them could move the operator's cursor or change his window.
 */
final class Printable {

    private Printable() {}

    /** The text with every unsafe character as a backslash, {@code x} or {@code u}, and its hexadecimal digits. */
    static String of(String text) {
        if (text.codePoints().noneMatch(Printable::isUnsafe)) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length() + 8);
        text.codePoints().forEach(c -> {
            if (!isUnsafe(c)) {
                safe.appendCodePoint(c);
            } else if (c < 0x100) {
                safe.append("\\x").append(hex(c, 2));
            } else {
                safe.append("\\u").append(hex(c, 4));
            }
        });
        return safe.toString();
    }

    private static String hex(int value, int digits) {
        String text = Integer.toHexString(value);
        return "0".repeat(Math.max(0, digits - text.length())) + text;
    }

    /**
     * C0 and C1 controls, invisible format characters (they reverse the line or hide), halves of surrogate pairs, line
     * ends.
     */
    private static boolean isUnsafe(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
