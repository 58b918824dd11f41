package sluice.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.Inbox;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;

/**
 * Makes turns durable: at most a few are under way, what happens meanwhile goes into the next one, so that batches grow
 * by themselves when the disk is slow. Belongs to the shard.
 *
 * <p>What of a failed turn may be repeated (endings, changes) is tried again after a second, for ever; what promised
 * something to a subscriber is withdrawn by the {@link Owner}.
 */
final class DurableTurns {

    /** More would only wait in the journal's queue. */
    static final int UNDER_WAY_MAX = 8;

    /** With more than this waiting, new work is refused. */
    private static final int WAITING_MAX = 20_000;

    private static final long RETRY_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(DurableTurns.class);

    private final Journal journal;
    private final Inbox<Mail> inbox;
    private final Function<Session, FrozenSession> freezer;
    private final CounterSet<SessionCounter> counters;
    private final Owner owner;

    private Turn current = new Turn();
    private int underWay;
    private Turn again = new Turn();
    private long againAt = Long.MAX_VALUE;
    private boolean failing;

    /** Who acts when a turn is durable, or is not. */
    interface Owner {
        void durable(Turn turn);

        /** The beginning of this session was not made durable. */
        void withdrawn(Session session, String reason);
    }

    DurableTurns(
            Journal journal,
            Inbox<Mail> inbox,
            Function<Session, FrozenSession> freezer,
            CounterSet<SessionCounter> counters,
            Owner owner) {
        this.journal = journal;
        this.inbox = inbox;
        this.freezer = freezer;
        this.counters = counters;
        this.owner = owner;
    }

    /** The turn that is going on. */
    Turn current() {
        return current;
    }

    /** Whether new sessions should wait because the disk does not keep up. */
    boolean isBehind() {
        return current.size() > WAITING_MAX;
    }

    /** Hands the current turn to the journal, unless enough are under way. */
    void seal(long now) {
        if (againAt <= now && current.size() <= WAITING_MAX) {
            againAt = Long.MAX_VALUE;
            again.changed().forEach(current::changed);
            again.notes().forEach(current::note);
            again.endings().forEach(current::ending);
            again = new Turn();
        }
        if (current.isEmpty() || underWay >= UNDER_WAY_MAX) {
            return;
        }
        Turn sealed = current;
        current = new Turn();
        underWay++;
        journal.submit(sealed.transaction(freezer), new Journal.Completion() {
            @Override
            public void durable() {
                answer(new Mail.Durable(sealed));
            }

            @Override
            public void failed(JournalFailure failure) {
                answer(new Mail.NotDurable(sealed, failure));
            }
        });
    }

    /** When {@link #seal} has something to do although nothing happens. */
    long nextDeadline() {
        return againAt;
    }

    void onDurable(Mail.Durable mail) {
        underWay--;
        if (failing) {
            failing = false;
            LOG.info("The journal takes sessions again");
        }
        mail.turn().opened().keySet().forEach(session -> session.durable(true));
        owner.durable(mail.turn());
    }

    void onFailed(Mail.NotDurable mail, long now) {
        underWay--;
        Turn turn = mail.turn();
        if (!failing) {
            failing = true;
            LOG.warn("The journal refuses sessions ({}); new grants are withdrawn until it takes them", mail.failure());
        }
        counters.add(SessionCounter.INTERIMS_LOST, turn.interims().size());
        turn.notes().forEach(again::note);
        turn.endings().forEach(again::ending);
        for (Session session : turn.changed()) {
            if (!turn.opened().containsKey(session)) {
                again.changed(session);
            }
        }
        againAt = now + RETRY_MILLIS;
        turn.promises().forEach(promise -> promise.failed(now));
        List<Session> withdrawn = new ArrayList<>(turn.opened().keySet());
        for (Session session : withdrawn) {
            counters.count(SessionCounter.NOT_DURABLE);
            owner.withdrawn(session, "journal: " + mail.failure());
        }
    }

    private void answer(Mail mail) {
        if (!inbox.offer(Mail.ANSWERS, mail) && underWay > UNDER_WAY_MAX) {
            LOG.error("More turns are under way than can be answered: {}; restart the session bundle", underWay);
        }
    }
}
