package sluice.shell;

import java.util.Optional;

/**
 * Writes one JSON text (RFC 8259) from left to right. The text is pure ASCII: everything else is escaped, so that it
 * survives whatever the terminal between the appliance and the script believes about character sets. For one thread.
 */
final class JsonWriter {

    private final StringBuilder text = new StringBuilder(256);
    private boolean first = true;

    JsonWriter beginObject() {
        return open('{');
    }

    JsonWriter endObject() {
        return close('}');
    }

    JsonWriter beginArray() {
        return open('[');
    }

    JsonWriter endArray() {
        return close(']');
    }

    /** The name of the next value in an object. */
    JsonWriter name(String name) {
        separate();
        quote(name);
        text.append(':');
        first = true;
        return this;
    }

    /** A value with its name. */
    JsonWriter field(String name, String value) {
        return name(name).value(value);
    }

    /** A number with its name. */
    JsonWriter field(String name, long value) {
        return name(name).value(value);
    }

    /** A value as text with its name, or {@code null} with it. */
    JsonWriter field(String name, Optional<?> value) {
        name(name);
        return value.isPresent() ? value(value.get().toString()) : nothing();
    }

    JsonWriter value(String value) {
        separate();
        quote(value);
        return this;
    }

    JsonWriter value(long value) {
        separate();
        text.append(value);
        return this;
    }

    JsonWriter value(boolean value) {
        separate();
        text.append(value);
        return this;
    }

    /** {@code null}: there is no such value. */
    JsonWriter nothing() {
        separate();
        text.append("null");
        return this;
    }

    /** What was written so far. */
    @Override
    public String toString() {
        return text.toString();
    }

    private JsonWriter open(char bracket) {
        separate();
        text.append(bracket);
        first = true;
        return this;
    }

    private JsonWriter close(char bracket) {
        text.append(bracket);
        first = false;
        return this;
    }

    private void separate() {
        if (!first) {
            text.append(',');
        }
        first = false;
    }

    /** RFC 8259, 7. */
    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c >= ' ' && c <= '~') {
                        text.append(c);
                    } else {
                        escape(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private void escape(char c) {
        text.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            text.append(Character.forDigit(c >>> shift & 0xf, 16));
        }
    }
}
