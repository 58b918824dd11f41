package sluice.telemetry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.CounterSet;

/** How a sink fares; tells the log once per episode. Safe for any thread. */
final class SinkStatus {
    private static final Logger LOG = LoggerFactory.getLogger(SinkStatus.class);

    private final String sink;
    private final CounterSet<SinkCounter> counters = new CounterSet<>(SinkCounter.class);
    private volatile String state = "connecting";
    private volatile String lastError = "";
    private boolean away;

    SinkStatus(String sink) {
        this.sink = sink;
    }

    CounterSet<SinkCounter> counters() {
        return counters;
    }

    String state() {
        return state;
    }

    String lastError() {
        return lastError;
    }

    /** A delivery succeeded. */
    synchronized void up() {
        if (away) {
            LOG.info("Sink {} is back and resumes where it stood", sink);
        }
        away = false;
        state = "up";
    }

    /** A delivery failed. */
    synchronized void down(String reason) {
        counters.count(SinkCounter.FAILURES);
        lastError = reason;
        state = "away";
        if (!away) {
            LOG.warn("Sink {} is away ({}); its events wait in the event log", sink, reason);
        }
        away = true;
    }
}
