package sluice.platform.api;

/**
 * How full the event log is.
 *
 * @param events in the log
 * @param bytes they take, about
 * @param bytesMax bound, at which events are given up
 */
public record LogSize(long events, long bytes, long bytesMax) {

    public LogSize {
        if (events < 0 || bytes < 0 || bytesMax < 1) {
            throw new IllegalArgumentException(events + " events of " + bytes + " bytes, bound " + bytesMax);
        }
    }
}
