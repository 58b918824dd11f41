package sluice.platform.api;

import java.util.List;

/**
 * The durable, bounded, ordered record of everything that happened on this appliance. Events enter through
 * {@link Journal#submit}; readers follow with a cursor each. Safe for any thread.
 */
public interface EventLog {

    /**
     * Names this log for ever: made when the log is created, kept over restarts. With the identity of the appliance and
     * the sequence number it identifies an event.
     */
    String instanceId();

    /**
     * Resumes the cursor of that name, or creates it at the oldest event there is. One holder at a time.
     *
     * @throws IllegalStateException when the cursor is held already
     */
    EventReader open(String reader);

    /** Sequence number of the newest durable event, 0 when there is none. */
    long newest();

    /** How full it is. */
    LogSize size();

    /** Where every cursor stands, held or not. */
    List<CursorPosition> cursors();
}
