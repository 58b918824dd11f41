package sluice.platform.api;

import java.time.Duration;
import java.util.List;

/**
 * One reader's way through the event log: it reads ahead of its durable cursor and commits what is done. A reader
 * belongs to one thread; {@link #commit} may be called by another.
 */
public interface EventReader extends AutoCloseable {

    /** The name of the cursor. */
    String name();

    /**
     * The next events in order after those already read, waiting for the first one.
     *
     * @param max at most so many
     * @param wait at most so long; zero does not wait
     * @return empty when nothing came in time
     * @throws InterruptedException when the thread is interrupted; nothing was read then
     */
    List<LoggedEvent> read(int max, Duration wait) throws InterruptedException;

    /**
     * Everything up to and including {@code sequence} is done and need not come again. Made durable with the next group
     * commit of the journal, so that after a crash a few committed events may come again. Never moves backward.
     */
    void commit(long sequence);

    /** The last committed sequence number, 0 when nothing was committed. */
    long committed();

    /** Reading starts again behind the committed place: what was read and not committed comes again. */
    void rewind();

    /** Events that the bound of the log took away before this reader came to them, since the cursor was created. */
    long lost();

    /** Lets go of the cursor; its place is kept. */
    @Override
    void close();
}
