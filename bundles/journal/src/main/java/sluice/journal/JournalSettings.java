package sluice.journal;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the journal works.
 *
 * @param directory of its files; made when it is missing
 * @param eventBytes bound of the event log
 * @param redoBytes size of each of the two redo files; also the most memory that waits for a checkpoint
 * @param queueMax transactions that may wait for the writer
 * @param eventsKept newest events that stay for inspection although every reader has passed them
 * @param syncEvery zero forces every commit to the medium; else the longest time until it is forced
 */
record JournalSettings(
        Path directory, long eventBytes, int redoBytes, int queueMax, long eventsKept, Duration syncEvery) {
    static final int REDO_BYTES_MIN = 64 * 1024;

    JournalSettings {
        if (eventBytes < REDO_BYTES_MIN || redoBytes < REDO_BYTES_MIN) {
            throw new IllegalArgumentException("The journal needs " + REDO_BYTES_MIN + " bytes or more for its logs");
        }
        if (queueMax < 1 || eventsKept < 0 || syncEvery.isNegative()) {
            throw new IllegalArgumentException("Limits of the journal must not be negative");
        }
    }
}
