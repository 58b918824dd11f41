package sluice.session.api;

/**
 * Names a timer of a session; a session has at most one of each name.
 *
 * @param value lower case with dashes, for example {@code lease}
 */
public record TimerName(String value) {

    public TimerName {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("A timer needs a name");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
