package sluice.loop;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A named thread that turns its agents over and over: the one writer of their state.
 *
 * <p>The time is read once per agent and turn. When no agent had work the loop idles as {@link Idle} says; a ring of
 * its {@link Bell} or the earliest {@link Agent#nextDeadline} ends that.
 *
 * <p>What a turn throws is counted and logged, the first of an episode with its stack, and ends only that turn. An
 * episode is over when an agent did not fail for a minute. An agent that fails every time is retried 100 times a
 * second.
 *
 * <p><b>Threads.</b> {@link #start} and {@link #close} by the owner; the figures may be read by any.
 */
public final class Loop implements AutoCloseable {
    /** How long {@link #close()} waits for the thread. */
    public static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final long FAILING_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final String name;
    private final MonotonicClock clock;
    private final Bell bell;
    private final Idle idle;
    private final List<AgentTurns> agents;
    private final TimeHistogram turnTimes = new TimeHistogram();
    private final Thread thread;
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile boolean closing;

    /** When the last agent ended its turn, nanoseconds. Of the loop's thread, like all that follows. */
    private long nanos;

    private int idleTurns;

    /**
     * @param name of the thread, such as {@code sluice-session-0}
     * @param clock of all agents
     * @param bell wakes this loop: the one given to the inboxes of its agents
     * @param agents turned in this order and ended in the reverse one
     */
    public Loop(String name, MonotonicClock clock, Bell bell, Idle idle, List<? extends Agent> agents) {
        this.name = name;
        this.clock = clock;
        this.bell = bell;
        this.idle = idle;
        this.agents = agents.stream().map(agent -> new AgentTurns(agent, name)).toList();
        this.nanos = clock.nanos();
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    /** Starts the thread. */
    public Loop start() {
        if (closing || !started.compareAndSet(false, true)) {
            throw new IllegalStateException(name + " was started or closed before");
        }
        thread.start();
        return this;
    }

    /** As {@link #close(Duration)} with {@link #CLOSE_DEADLINE}. */
    @Override
    public void close() {
        close(CLOSE_DEADLINE);
    }

    /**
     * Stops turning, lets every agent {@linkplain Agent#end end} and waits for the thread. Called on the thread itself
     * it does not wait; a loop that was never started ends its agents here.
     *
     * <p>If a turn lasts beyond the deadline the thread is interrupted and left behind with an ERROR that shows where
     * it hangs; should it ever go on it still ends its agents.
     */
    public void close(Duration deadline) {
        closing = true;
        bell.ring();
        if (started.compareAndSet(false, true)) {
            endAgents();
        } else if (thread.isAlive() && !Thread.currentThread().equals(thread)) {
            join(deadline);
        }
    }

    /** Whether its thread runs. */
    public boolean isRunning() {
        return thread.isAlive();
    }

    /** Of the thread. */
    public String name() {
        return name;
    }

    /** Wakes the loop: it turns at least once after this call. */
    public void wake() {
        bell.ring();
    }

    /** How long the turns of agents took, those that had nothing to do left out. */
    public TimeHistogram turnTimes() {
        return turnTimes;
    }

    /** How many turns threw. */
    public long failures() {
        return agents.stream().mapToLong(AgentTurns::failures).sum();
    }

    private void run() {
        try {
            while (!closing) {
                idleUnless(turn() > 0);
            }
        } finally {
            endAgents();
        }
    }

    /** Turns every agent once; how much they did. */
    int turn() {
        int work = 0;
        nanos = Math.max(nanos, clock.nanos());
        for (AgentTurns agent : agents) {
            long before = nanos;
            int done = agent.turn(Math.floorDiv(before, 1_000_000L));
            nanos = Math.max(before, clock.nanos());
            if (done > 0) {
                turnTimes.record(nanos - before);
                work += done;
            }
        }
        return work;
    }

    /** Spins or parks after a turn without work. */
    private void idleUnless(boolean worked) {
        if (worked) {
            idleTurns = 0;
        } else if (idleTurns < idle.spins()) {
            idleTurns++;
            Thread.onSpinWait();
        } else if (!closing) {
            bell.await(parkNanos());
            clearInterrupt();
        }
    }

    /** How long nothing is to do, nanoseconds, as far as the agents know. */
    long parkNanos() {
        long next = Long.MAX_VALUE;
        long least = 0;
        for (AgentTurns agent : agents) {
            next = Math.min(next, agent.nextDeadline());
            if (agent.failsAlways()) {
                least = FAILING_PARK_NANOS;
            }
        }
        long longest = TimeUnit.MILLISECONDS.toNanos(idle.parkMillis());
        long now = Math.floorDiv(nanos, 1_000_000L);
        if (next <= now) {
            return least;
        }
        long millis = next - now;
        if (millis < 0 || millis > idle.parkMillis()) {
            return longest;
        }
        // To the beginning of that millisecond, not to the same fraction of it.
        return Math.max(least, TimeUnit.MILLISECONDS.toNanos(millis) - Math.floorMod(nanos, 1_000_000L));
    }

    private void endAgents() {
        for (AgentTurns agent : agents.reversed()) {
            agent.end();
        }
    }

    private void join(Duration deadline) {
        try {
            if (!thread.join(deadline)) {
                IllegalStateException hanging = new IllegalStateException("a turn hangs");
                hanging.setStackTrace(thread.getStackTrace());
                LOG.error("loop={} did not end within {}, it is left behind", name, deadline, hanging);
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    /** An interrupt that nobody asked for would turn parking into spinning for ever. */
    private static void clearInterrupt() {
        Thread.interrupted();
    }
}
