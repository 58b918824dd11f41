package sluice.session;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.Inbox;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/**
 * Makes turns durable: at most a few are under way, what happens meanwhile goes into the next one, so that batches grow
 * by themselves when the disk is slow. What is larger than the journal takes goes in pieces, one per turn of the shard.
 * Belongs to the shard.
 *
 * <p>What of a failed turn may be repeated (endings, changes, what is remembered) is tried again after a second, for
 * ever; what promised something to a subscriber is withdrawn by the {@link Owner}. A turn that the journal throws back
 * is one that failed.
 */
final class DurableTurns {

    /** More would only wait in the journal's queue. */
    static final int UNDER_WAY_MAX = 8;

    /** With more than this waiting, new work is refused. */
    private static final int WAITING_MAX = 20_000;

    /** Of one transaction: half of what the smallest redo file takes, so that one session more does not matter. */
    static final int BYTES_MAX = 512 * 1024;

    private static final long RETRY_MILLIS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(DurableTurns.class);

    private final Journal journal;
    private final Inbox<Mail> inbox;
    private final Function<Session, FrozenSession> freezer;
    private final CounterSet<SessionCounter> counters;
    private final Owner owner;
    private final LastWords words = new LastWords();

    private Turn current = new Turn();
    private final Set<Turn> underWay = new LinkedHashSet<>();
    private Turn again = new Turn();
    private long againAt = Long.MAX_VALUE;
    private boolean failing;

    /** Who acts when a turn is durable, or is not. */
    interface Owner {
        void durable(Turn turn);

        /** The beginning of this session was not made durable. */
        void withdrawn(Session session, String reason);

        /** The shard ends before it heard what became of the turn. */
        void unheard(Turn turn);
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

    /** Makes something durable that nobody waits for. */
    void remember(StoreChange change) {
        current.remember(words.say(change));
    }

    /** Hands the current turn to the journal, or a piece of a large one, unless enough are under way. */
    void seal(long now) {
        if (againAt <= now && current.size() <= WAITING_MAX) {
            repeat();
        }
        if (!current.isEmpty() && underWay.size() < UNDER_WAY_MAX) {
            sealPiece();
        }
    }

    /** The last call: hands over whatever there is. Nobody hears what becomes of that, and of what is under way. */
    void end() {
        repeat();
        while (!current.isEmpty()) {
            sealPiece();
        }
        underWay.forEach(owner::unheard);
    }

    private void repeat() {
        againAt = Long.MAX_VALUE;
        again.remembered().stream().filter(words::isLast).forEach(current::remember);
        again.changed().forEach(current::changed);
        again.notes().forEach(current::note);
        again.endings().forEach(current::ending);
        again.insisting().forEach((session, promises) -> promises.forEach(one -> current.promise(session, one)));
        again = new Turn();
    }

    private void sealPiece() {
        Turn piece = new Turn();
        underWay.add(piece);
        try {
            submit(piece, current.moveTo(piece, BYTES_MAX, freezer));
        } catch (RuntimeException broken) {
            if (!failing) {
                LOG.error(
                        "The journal does not understand sessions ({}); tried again every second. Report this",
                        broken.getMessage(),
                        broken);
            }
            if (piece.isEmpty()) {
                underWay.remove(piece);
                piece = current;
                underWay.add(piece);
                current = new Turn();
            }
            answer(new Mail.NotDurable(piece, JournalFailure.DISK));
        }
    }

    private void submit(Turn piece, Transaction transaction) {
        journal.submit(transaction, new Journal.Completion() {
            @Override
            public void durable() {
                answer(new Mail.Durable(piece));
            }

            @Override
            public void failed(JournalFailure failure) {
                answer(new Mail.NotDurable(piece, failure));
            }
        });
    }

    /** When {@link #seal} has something to do although nothing happens; the past when it has now. */
    long nextDeadline() {
        return current.isEmpty() || underWay.size() >= UNDER_WAY_MAX ? againAt : Long.MIN_VALUE;
    }

    void onDurable(Mail.Durable mail) {
        underWay.remove(mail.turn());
        if (failing) {
            failing = false;
            LOG.info("The journal takes sessions again");
        }
        mail.turn().remembered().forEach(words::durable);
        mail.turn().opened().keySet().forEach(session -> session.durable(true));
        owner.durable(mail.turn());
    }

    void onFailed(Mail.NotDurable mail, long now) {
        Turn turn = mail.turn();
        underWay.remove(turn);
        if (!failing) {
            failing = true;
            LOG.warn("The journal refuses sessions ({}); new grants are withdrawn until it takes them", mail.failure());
        }
        counters.add(SessionCounter.INTERIMS_LOST, turn.interims().size());
        turn.remembered().stream().filter(words::isLast).forEach(again::remember);
        turn.notes().forEach(again::note);
        turn.endings().forEach(again::ending);
        for (Session session : turn.changed()) {
            if (!turn.opened().containsKey(session)) {
                again.changed(session);
            }
        }
        againAt = now + RETRY_MILLIS;
        turn.insisting().forEach((session, promises) -> promises.forEach(one -> again.promise(session, one)));
        turn.promises().stream().filter(promise -> !promise.insists()).forEach(promise -> promise.failed(now));
        List<Session> withdrawn = new ArrayList<>(turn.opened().keySet());
        for (Session session : withdrawn) {
            counters.count(SessionCounter.NOT_DURABLE);
            owner.withdrawn(session, "journal: " + mail.failure());
        }
    }

    private void answer(Mail mail) {
        if (!inbox.offer(Mail.ANSWERS, mail) && underWay.size() > UNDER_WAY_MAX) {
            LOG.error("More turns are under way than can be answered: {}; restart the session bundle", underWay.size());
        }
    }
}
