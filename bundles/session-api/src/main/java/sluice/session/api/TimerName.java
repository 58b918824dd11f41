package sluice.session.api;

/**
 * Names a timer of a session; a session has at most one of each name.
 *
 * @param value lower case with dashes, for example {@code lease}
 */
public record TimerName(String value) {

    /**
     * When the grant ends. The engine asks the data plane whether it has extended the grant meanwhile before it tells
     * the protocol.
     */
    public static final TimerName LEASE = new TimerName("lease");

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
