package sluice.session;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.Frame;
import sluice.net.LineId;
import sluice.session.api.AccessProtocol;
import sluice.session.api.SessionKey;
import sluice.session.api.Stray;
import sluice.session.api.Welcome;

/**
 * What becomes of frames that belong to no session: their protocol says whether one begins, and its answers leave
 * without one, limited in rate per line and per shard. Belongs to one shard.
 */
final class Strays {

    private static final Logger LOG = LoggerFactory.getLogger(Strays.class);

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long THIS_SHARD = 1;

    private final Surroundings with;
    private final SessionTable table;
    private final Newcomers newcomers;
    private final LaterFrames later;
    private final LineLimiter lines;
    private final LineLimiter all;
    private final Reasons ignored;

    /** @param ignored counts what protocols ignore; of all shards */
    Strays(
            Surroundings with,
            SessionTable table,
            SessionTimers timers,
            Newcomers newcomers,
            Reasons ignored,
            long now) {
        this.with = with;
        this.table = table;
        this.newcomers = newcomers;
        this.ignored = ignored;
        later = new LaterFrames(timers, this::send);
        StraySettings settings = with.settings().strays();
        lines = new LineLimiter(settings.linePerSecond(), now * NANOS_PER_MILLI);
        all = new LineLimiter(settings.perSecond(), now * NANOS_PER_MILLI);
    }

    /** Whether a session begins with this frame; all else is done. */
    boolean begins(AccessProtocol protocol, SessionKey key, Frame frame, long now) {
        Welcome welcome;
        try {
            welcome = protocol.onStray(strayOf(key, now), frame, now);
        } catch (RuntimeException e) {
            with.counters().count(SessionCounter.STEP_FAILED);
            LOG.error(
                    "line={} a stray frame made {} fail; this is a defect, report it", key.line(), protocol.name(), e);
            return false;
        }
        switch (welcome) {
            case Welcome.Begin begin -> {
                return true;
            }
            case Welcome.Answer answer -> answer(key, answer, now);
            case Welcome.Ignore ignore -> {
                with.counters().count(SessionCounter.STRAYS_IGNORED);
                ignored.count(protocol.name() + ": " + ignore.reason());
            }
        }
        return false;
    }

    private Stray strayOf(SessionKey key, long now) {
        Optional<SessionCounter> refusal = newcomers.standing(key, now);
        return new Stray(
                key,
                with.places().startingNow(),
                Math.max(table.onLine(key.line()), with.places().lines().of(key.line())),
                Math.max(table.ofDevice(key.mac()), with.places().devices().of(key.mac())),
                refusal.map(SessionCounter::label));
    }

    private void answer(SessionKey key, Welcome.Answer answer, long now) {
        long nanos = now * NANOS_PER_MILLI;
        LineId line = key.line();
        if (!lines.admits(LineLimiter.line(line.port(), line.svlan(), line.cvlan(), key.mac()), nanos)) {
            with.counters().count(SessionCounter.ANSWERS_LINE_RATE);
        } else if (!all.admits(THIS_SHARD, nanos)) {
            with.counters().count(SessionCounter.ANSWERS_SHARD_RATE);
        } else if (answer.delay().isZero()) {
            with.counters().count(SessionCounter.STRAYS_ANSWERED);
            answer.frames().forEach(this::send);
        } else if (later.add(answer.frames(), now + answer.delay().toMillis())) {
            with.counters().count(SessionCounter.STRAYS_ANSWERED);
        } else {
            with.counters().count(SessionCounter.ANSWERS_WAITING);
        }
    }

    private void send(Frame frame) {
        with.counters().count(with.sink().send(frame) ? SessionCounter.FRAMES_SENT : SessionCounter.FRAMES_UNSENT);
    }
}
