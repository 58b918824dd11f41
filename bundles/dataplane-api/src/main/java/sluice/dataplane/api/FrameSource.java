package sluice.dataplane.api;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Frames that the data plane does not handle itself and hands to the control plane. One thread polls; {@link #wake} is
 * for any thread.
 */
public interface FrameSource {

    /**
     * Hands over the frames that wait. Allocates nothing.
     *
     * @param max at most so many
     * @return how many were handed over
     */
    int poll(FrameHandler handler, int max);

    /** Waits until a frame may be there, {@link #wake} was called, or the time is over. */
    void await(Duration limit);

    /** Ends a wait now, or the next one at once. */
    void wake();

    /** Takes one frame. */
    @FunctionalInterface
    interface FrameHandler {

        /**
         * Looks at the frame where it lies.
         *
         * @param port index of the access interface
         * @param memory holds the frame at {@code offset}; valid during this call only
         * @param length bytes, without the checksum sequence
         */
        void onFrame(int port, MemorySegment memory, long offset, int length);
    }
}
