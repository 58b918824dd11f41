package sluice.net;

import java.io.Serial;

/**
 * Bytes from the wire that are not what they should be: counted by {@link #reason()} and dropped, never logged one by
 * one. Made a million times a second under attack, so it carries no stack trace.
 */
public final class MalformedPacket extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Reason reason;
    private final int offset;

    /**
     * One way in which a packet can be wrong. An enum of the bundle that decodes implements it, so that every reason is
     * a counter.
     */
    public interface Reason {
        /** Stable name for metrics, lower case with underscores: {@code truncated}. */
        String id();

        /** The operator's words: {@code packet ends too early}. */
        String label();
    }

    /**
     * A packet found wrong at {@code offset}.
     *
     * @param reason why
     * @param offset bytes from the start of what was being decoded
     */
    public MalformedPacket(Reason reason, int offset) {
        super(null, null, false, false);
        this.reason = reason;
        this.offset = offset;
    }

    /** Why the packet was refused. */
    public Reason reason() {
        return reason;
    }

    /** Where it was found wrong, in bytes from the start of what was being decoded. */
    public int offset() {
        return offset;
    }

    @Override
    public String getMessage() {
        return reason.label() + " at byte " + offset;
    }
}
