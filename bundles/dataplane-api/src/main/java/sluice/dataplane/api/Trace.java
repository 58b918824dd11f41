package sluice.dataplane.api;

import java.time.Duration;
import java.util.List;

/** A look at one subscriber's frames that is going on. For one thread; ends when closed, or when its time is over. */
public interface Trace extends AutoCloseable {

    /** The next frames in the order in which they came; waits for the first, at most so long. Empty when none came. */
    List<TracedFrame> next(Duration limit) throws InterruptedException;

    /** Whether its time is over; what came before may still be read. */
    boolean isOver();

    /** What this trace could not show so far. */
    Loss lost();

    @Override
    void close();

    /**
     * Frames that were not shown.
     *
     * @param overRate they came faster than the trace may show them
     * @param overrun they were not read in time
     */
    record Loss(long overRate, long overrun) {}
}
