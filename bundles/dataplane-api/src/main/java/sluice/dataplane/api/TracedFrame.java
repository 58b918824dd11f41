package sluice.dataplane.api;

import java.time.Instant;
import java.util.List;
import sluice.net.Bytes;

/**
 * A frame of a traced subscriber and what became of it.
 *
 * @param verdicts what the data plane found, in its words and order; the last is what became of the frame
 * @param dropped whether it ended here
 * @param length bytes of the whole frame, without its checksum sequence
 * @param bytes its beginning, with all tags
 */
public record TracedFrame(Instant time, Way way, List<String> verdicts, boolean dropped, int length, Bytes bytes) {

    public TracedFrame {
        verdicts = List.copyOf(verdicts);
    }

    /** Where a frame was seen. */
    public enum Way {
        /** As it came from the subscriber's line. */
        FROM_LINE,
        /** As it came from the core for the subscriber, and did not get there. */
        FROM_CORE,
        /** As it left on the subscriber's line. */
        TO_LINE
    }
}
