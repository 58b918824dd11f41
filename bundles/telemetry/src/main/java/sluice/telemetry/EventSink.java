package sluice.telemetry;

import java.util.List;

/** Where events go. Used by one thread, but for {@link #close}. */
interface EventSink extends AutoCloseable {

    /** Name of the sink and of its cursor: {@code redis}. */
    String name();

    /**
     * Delivers the events in order. When it returns, all of them are there exactly once, whether or not some were
     * before.
     *
     * @param events in order; none of them only looks whether the other end is there
     * @throws SinkUnavailable when the other end is away; all of them are to come again
     */
    void deliver(List<StreamRecord> events) throws SinkUnavailable;

    /** Cuts the connection, from any thread: a delivery under way fails soon. */
    @Override
    void close();
}
