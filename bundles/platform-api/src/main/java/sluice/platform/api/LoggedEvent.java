package sluice.platform.api;

/**
 * An event with its place in the log.
 *
 * @param sequence counts up by one per event of one {@link EventLog#instanceId()}, from 1, over restarts
 * @param event what happened
 */
public record LoggedEvent(long sequence, Event event) {

    public LoggedEvent {
        if (sequence < 1) {
            throw new IllegalArgumentException("Sequence " + sequence + ", expected 1 or more");
        }
    }
}
