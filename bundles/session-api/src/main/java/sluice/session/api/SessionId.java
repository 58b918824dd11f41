package sluice.session.api;

import java.util.HexFormat;

/**
 * Names a session for ever: RADIUS Acct-Session-Id and {@code session_id} of the event stream are its text. Ids count
 * up, so sessions that began together lie together in the store.
 *
 * @param value not 0
 */
public record SessionId(long value) {

    public SessionId {
        if (value == 0) {
            throw new IllegalArgumentException("Session id 0 is not given to a session");
        }
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException when the text is not 16 hexadecimal digits
     */
    public static SessionId parse(String text) {
        if (text.length() != 16) {
            throw new IllegalArgumentException("Session id " + text + ", expected 16 hexadecimal digits");
        }
        return new SessionId(HexFormat.fromHexDigitsToLong(text));
    }

    /** 16 hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(value);
    }
}
