package sluice.session.api;

import java.time.Duration;
import java.util.List;
import sluice.dataplane.api.Frame;

/** What is to be done with a frame for which there is no session. */
public sealed interface Welcome {

    /** A session begins with it, if there may be one now; its first {@link AccessProtocol#onFrame} gets the frame. */
    Welcome BEGIN = new Begin();

    /** A session begins. */
    record Begin() implements Welcome {}

    /**
     * Frames are sent and nothing is remembered. Limited in rate per line and per shard; what is over the limit is
     * counted and not sent.
     *
     * @param frames in the order in which they leave; at least one
     * @param delay how long they wait before, zero or more
     */
    record Answer(List<Frame> frames, Duration delay) implements Welcome {
        public Answer {
            frames = List.copyOf(frames);
            if (frames.isEmpty()) {
                throw new IllegalArgumentException("An answer without frames");
            }
            if (delay.isNegative()) {
                throw new IllegalArgumentException("Delay " + delay + ", expected zero or more");
            }
        }

        /** At once. */
        public Answer(Frame... frames) {
            this(List.of(frames), Duration.ZERO);
        }
    }

    /**
     * Nothing is done.
     *
     * @param reason the operator's label, one of a few fixed ones: frames are counted by it
     */
    record Ignore(String reason) implements Welcome {
        public Ignore {
            if (reason.isBlank()) {
                throw new IllegalArgumentException("A reason needs a name");
            }
        }
    }
}
