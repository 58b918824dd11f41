package sluice.telemetry;

import java.util.Map;

/** The fields of an event as a JSON object (RFC 8259) that PostgreSQL accepts. */
final class RawData {
    /** What stands for characters that {@code jsonb} refuses: NUL and halves of surrogate pairs. */
    private static final char REPLACEMENT = '\uFFFD';

    private RawData() {}

    static String json(Map<String, String> fields) {
        StringBuilder out = new StringBuilder(512).append('{');
        fields.forEach((name, value) -> {
            if (out.length() > 1) {
                out.append(',');
            }
            string(out, name);
            out.append(':');
            string(out, value);
        });
        return out.append('}').toString();
    }

    private static void string(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c == 0 || isLoneSurrogate(text, i)) {
                out.append(REPLACEMENT);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private static boolean isLoneSurrogate(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }
}
