package sluice.journal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import sluice.net.Bytes;
import sluice.platform.api.Event;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/**
 * A program that is meant to be killed: writes numbered transactions without end and prints the number of each that is
 * durable. A transaction sets the same number in two regions and appends two events with it.
 */
final class CrashingWriter {
    static final int KEYS = 300;
    static final String LEFT = "left";
    static final String RIGHT = "right";
    private static final int IN_FLIGHT = 256;

    private CrashingWriter() {}

    static Bytes key(long number) {
        return Bytes.utf8("k" + number % KEYS);
    }

    static JournalSettings settings(Path directory) {
        return new JournalSettings(
                directory, 64 << 20, 2 * JournalSettings.REDO_BYTES_MIN, 65_536, 1_000_000, Duration.ZERO);
    }

    /** Arguments: directory, number to go on from. */
    public static void main(String[] arguments) throws Exception {
        long start = Long.parseLong(arguments[1]);
        Semaphore room = new Semaphore(IN_FLIGHT);
        DurableJournal journal = Harness.open(settings(Path.of(arguments[0])));
        for (long number = start; ; number++) {
            long mine = number;
            room.acquire();
            Bytes value = Bytes.utf8(Long.toString(number));
            Event event = Harness.event(number);
            journal.submit(
                    new Transaction(
                            List.of(
                                    new StoreChange.Put(LEFT, key(number), value),
                                    new StoreChange.Put(RIGHT, key(number), value)),
                            List.of(event, event)),
                    new Journal.Completion() {
                        @Override
                        public void durable() {
                            System.out.println(mine);
                            room.release();
                        }

                        @Override
                        public void failed(JournalFailure failure) {
                            System.out.println("failed " + failure);
                            System.exit(1);
                        }
                    });
        }
    }
}
