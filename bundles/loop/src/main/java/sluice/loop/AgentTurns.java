package sluice.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An agent in its loop: its turns, and what it throws. Lives on the thread of the loop, except {@link #failures}. */
final class AgentTurns {
    private static final Logger LOG = LoggerFactory.getLogger(AgentTurns.class);
    private static final long EPISODE_MILLIS = TimeUnit.MINUTES.toMillis(1);
    private static final int FAILS_ALWAYS = 100;

    private final Agent agent;
    private final String loop;
    private final AtomicLong failures = new AtomicLong();
    private long now;
    private long failuresOfEpisode;
    private long failedLast;
    private int failuresInRow;

    AgentTurns(Agent agent, String loop) {
        this.agent = agent;
        this.loop = loop;
    }

    /** The work of one turn; of a failed one 1, so that what it left behind is taken up at once, but not for ever. */
    int turn(long turnNow) {
        now = turnNow;
        try {
            int work = agent.turn(now);
            failuresInRow = 0;
            if (failuresOfEpisode > 0 && now - failedLast >= EPISODE_MILLIS) {
                LOG.info("loop={} agent={} is well again after {} failed turns", loop, agent, failuresOfEpisode);
                failuresOfEpisode = 0;
            }
            return work;
        } catch (Throwable failure) { // also a class that a hot upgrade took away: the loop has to outlive it
            failed(failure);
            return failsAlways() ? 0 : 1;
        }
    }

    long nextDeadline() {
        try {
            return agent.nextDeadline();
        } catch (Throwable failure) { // as above
            failed(failure);
            return Long.MAX_VALUE;
        }
    }

    void end() {
        try {
            agent.end();
        } catch (Throwable failure) { // as above: the other agents have to end too
            LOG.error("loop={} agent={} failed to end", loop, agent, failure);
        }
    }

    /** Whether it failed so often in a row that the loop must not spin on it. */
    boolean failsAlways() {
        return failuresInRow >= FAILS_ALWAYS;
    }

    long failures() {
        return failures.get();
    }

    private void failed(Throwable failure) {
        failures.incrementAndGet();
        failuresInRow = Math.min(FAILS_ALWAYS, failuresInRow + 1);
        failedLast = now;
        if (failuresOfEpisode++ == 0) {
            LOG.error("loop={} agent={} failed a turn, further ones are counted", loop, agent, failure);
        }
    }
}
