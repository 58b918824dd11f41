package sluice.session;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.StoreChange;
import sluice.session.api.AuthState;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Authenticator;
import sluice.session.api.Authorization;
import sluice.session.api.CommandResult;
import sluice.session.api.Outcome;

/**
 * What a shard does when nobody answers the question who a subscriber is: serves him as remembered or with a default,
 * lets him wait, or refuses him, as his realm says; and asks again.
 *
 * <p>Whoever waits and whoever was served without an answer is asked about again one after the other, at the
 * {@linkplain Outage#pace() pace} of all shards together: while no server answers this finds out whether one is back,
 * afterwards it clears up. A question that nobody answered although servers do answer (a lost datagram, too many at
 * once) is repeated on the timer wheel with growing pauses. Repetitions of the client never are questions.
 */
final class DegradedOperation {

    private static final Logger LOG = LoggerFactory.getLogger(DegradedOperation.class);

    private static final int ASKED_MAX = 64;
    private static final int DOUBLINGS_MAX = 5;
    /** Repetitions after which it does not matter to a subscriber that servers answer something. */
    private static final int LOST_MAX = 2;

    /** Until a shard that has too many questions open tries again. */
    private static final long FULL_MILLIS = 200;

    private static final long CHECK_MILLIS = 1_000;
    /** After a start the authenticator and its servers may come later than the first subscribers. */
    private static final long START_MILLIS = 10_000;

    private final Surroundings with;
    private final Outage outage;
    private final Realms realms;
    private final ProfileCache profiles;
    private final SessionTimers timers;
    private final SessionTable table;
    private final Owner owner;

    /** Sessions being set up that have asked and have no verdict yet. */
    private final Map<Long, Question> questions = new HashMap<>();
    /** Of these, who is to be asked about as soon as the pace allows. */
    private final Set<Long> waiting = new LinkedHashSet<>();

    private final Unconfirmed unconfirmed = new Unconfirmed();

    private long now;
    private long resumeAt = Long.MIN_VALUE;
    private long checkAt = Long.MIN_VALUE;
    private long startOver = Long.MAX_VALUE;
    /** Written by the shard, read by anybody. */
    private volatile DegradedTally tally = DegradedTally.NONE;

    /** What a session that is being set up waits for. */
    private static final class Question {
        private final AuthenticationRequest request;
        private int attempts;
        private boolean queued;

        Question(AuthenticationRequest request) {
            this.request = request;
        }
    }

    /** The shard. */
    interface Owner {
        /** Hands the question on; the answer comes as mail. False when too many questions are open. */
        boolean authenticate(Session session, AuthenticationRequest request, Authenticator authenticator);

        /** Tells the session's protocol. */
        void tell(Session session, Outcome outcome);

        /** Asks about an open session and acts on the answer; the reply comes on the shard. */
        void reauthenticate(Session session, Consumer<CommandResult> reply);

        /** Makes it durable with the turn that is going on. */
        void remember(StoreChange change);
    }

    DegradedOperation(Surroundings with, SessionTimers timers, SessionTable table, Owner owner) {
        this.with = with;
        this.outage = with.alone().outage();
        this.realms = with.alone().realms();
        this.profiles = new ProfileCache(with.alone().store(), with.alone().profilesMax());
        this.timers = timers;
        this.table = table;
        this.owner = owner;
    }

    /**
     * Asks who the subscriber is; while no server answers, his realm says what becomes of him at once.
     *
     * @return empty when the answer comes later
     */
    Optional<Outcome> ask(Session session, AuthenticationRequest request) {
        if (questions.containsKey(session.id().value())) {
            return Optional.empty();
        }
        Question question = new Question(request);
        questions.put(session.id().value(), question);
        return outage.isOn() ? withoutServer(session, question) : pose(session, question);
    }

    /**
     * Nobody answered the question about a session that is being set up.
     *
     * @return what its protocol is told; empty when the session waits
     */
    Optional<Outcome> unanswered(Session session, Outcome.Unanswered word) {
        Question question = questions.get(session.id().value());
        if (question == null) {
            return Optional.of(word);
        }
        if (isOutage(word.reason()) || question.attempts >= LOST_MAX) {
            return withoutServer(session, question);
        }
        later(session, question);
        return Optional.empty();
    }

    /** Something came back from the servers, about whatever session. */
    void heard(Outcome outcome) {
        if (outcome instanceof Outcome.Accepted || outcome instanceof Outcome.Rejected) {
            outage.end();
        }
    }

    /** A server answered about this session, new or open. */
    void answered(Session session, Outcome outcome) {
        forget(session);
        if (outcome instanceof Outcome.Accepted accepted) {
            if (session.isOpen()) {
                remember(session, accepted.authorization());
            }
        } else if (outcome instanceof Outcome.Rejected) {
            profiles.rejected(session.key(), session.userName()).forEach(owner::remember);
        }
    }

    /** The session is open now. */
    void opened(Session session) {
        if (session.authState() == AuthState.AUTHENTICATED) {
            session.authorization().ifPresent(granted -> remember(session, granted));
        } else {
            recovered(session);
        }
    }

    /** The session was open before a restart. */
    void recovered(Session session) {
        if (session.authState().isDegraded()) {
            unconfirmed.add(session);
        }
    }

    /** Before a restart a server accepted. */
    void recover(ProfileCache.Stored profile) {
        profiles.restore(profile);
    }

    /** The session has ended for frames. */
    void left(Session session) {
        forget(session);
        unconfirmed.remove(session);
    }

    /** The pause after a question that nobody answered is over. */
    void retryDue(Session session) {
        long id = session.id().value();
        if (questions.containsKey(id)) {
            waiting.add(id);
        } else if (unconfirmed.has(session)) {
            unconfirmed.askAbout(session);
        }
    }

    /** A session that is being set up takes too long; whoever waits for a server is told that there is none. */
    void setupOver(Session session) {
        if (questions.containsKey(session.id().value())) {
            with.counters().count(SessionCounter.WAITED_IN_VAIN);
            forget(session);
            owner.tell(session, new Outcome.Unanswered("no RADIUS server answered in time"));
        }
    }

    /** Asks about those whose turn it is; before anything else happens in a turn of the shard. */
    int turn(long time) {
        now = time;
        startOver = Math.min(startOver, time + START_MILLIS);
        if (outage.isOn() && now >= checkAt) {
            checkAt = now + CHECK_MILLIS;
            if (reachability() == Authenticator.Reachability.REACHED) {
                outage.end();
            }
        }
        int asked = 0;
        while (asked < ASKED_MAX && hasDue() && now >= resumeAt && outage.pace().takes(now)) {
            askNext();
            asked++;
        }
        DegradedTally counted = new DegradedTally(
                unconfirmed.cached(), unconfirmed.byDefault(), questions.size(), unconfirmed.due(), profiles.size());
        if (!counted.equals(tally)) {
            tally = counted;
        }
        return asked;
    }

    /** When {@link #turn} has something to do although nothing happens. */
    long nextDeadline() {
        long next = hasDue() ? Math.max(resumeAt, outage.pace().next()) : Long.MAX_VALUE;
        return outage.isOn() ? Math.min(next, checkAt) : next;
    }

    /** As of the last turn; for any thread. */
    DegradedTally lastTally() {
        return tally;
    }

    private boolean hasDue() {
        return !waiting.isEmpty() || unconfirmed.hasDue();
    }

    private void askNext() {
        long id = waiting.isEmpty() ? unconfirmed.takeDue() : takeWaiting();
        Optional<Session> found = table.get(id);
        if (found.isEmpty()) {
            return;
        }
        Question question = questions.get(id);
        if (question != null) {
            repeat(found.get(), question);
        } else if (found.get().isOpen()) {
            confirm(found.get());
        }
    }

    private long takeWaiting() {
        long id = waiting.iterator().next();
        waiting.remove(id);
        return id;
    }

    /** Asks again about a session that waits. */
    private void repeat(Session session, Question question) {
        Optional<Authenticator> authenticator = with.authenticator().get();
        if (authenticator.isPresent() && owner.authenticate(session, question.request, authenticator.get())) {
            with.counters().count(SessionCounter.AUTHENTICATIONS_REPEATED);
        } else {
            resumeAt = now + FULL_MILLIS;
            waiting.add(session.id().value());
        }
    }

    /** Asks about an open session that no server has confirmed. */
    private void confirm(Session session) {
        if (!session.authState().isDegraded()) { // somebody else has asked about it
            unconfirmed.remove(session);
            return;
        }
        with.counters().count(SessionCounter.REAUTHENTICATIONS);
        owner.reauthenticate(session, result -> confirmed(session, result));
    }

    private void confirmed(Session session, CommandResult result) {
        LOG.debug("{} asked about again: {}", session.tag(), result);
        if (!unconfirmed.has(session) || !session.isOpen()) {
            return;
        }
        if (result == CommandResult.DONE) {
            unconfirmed.remove(session);
        } else if (result == CommandResult.UNANSWERED && isOutage("nobody answered")) {
            unconfirmed.askAbout(session);
        } else {
            timers.arm(session, SessionTimers.RETRY, now + pause(DOUBLINGS_MAX));
        }
    }

    /** Hands the question on; one too many is repeated later. */
    private Optional<Outcome> pose(Session session, Question question) {
        Optional<Authenticator> authenticator = with.authenticator().get();
        if (authenticator.isEmpty() && isOutage("no RADIUS server is configured")) {
            return withoutServer(session, question);
        }
        if (authenticator.isEmpty() || !owner.authenticate(session, question.request, authenticator.get())) {
            later(session, question);
        }
        return Optional.empty();
    }

    /** Whether no server answers at all; then the outage is on. */
    private boolean isOutage(String reason) {
        switch (reachability()) {
            case SILENT -> {
                if (now >= startOver) {
                    outage.begin(reason);
                }
            }
            case UNKNOWN -> outage.begin(reason);
            case REACHED -> {}
        }
        return outage.isOn();
    }

    private Authenticator.Reachability reachability() {
        return with.authenticator().get().map(Authenticator::reachability).orElse(Authenticator.Reachability.SILENT);
    }

    private void later(Session session, Question question) {
        question.attempts++;
        timers.arm(session, SessionTimers.RETRY, now + pause(question.attempts - 1));
    }

    private long pause(int doublings) {
        long base = with.alone().settings().retry().toMillis() << Math.min(doublings, DOUBLINGS_MAX);
        return base + with.random().nextLong(base / 4 + 1);
    }

    private Optional<Outcome> withoutServer(Session session, Question question) {
        OutageRules rules = realms.of(session.userName());
        boolean proves = question.request.credentials().isPresent();
        OutageRules.Mode mode = proves ? rules.mode().ofProof() : rules.mode();
        if (mode == OutageRules.Mode.CACHED) {
            Optional<Authorization> remembered = profiles.find(
                    session.key(),
                    session.userName(),
                    rules.profileAge(),
                    with.clock().millis());
            if (remembered.isPresent()) {
                return Optional.of(served(session, remembered.get(), AuthState.CACHED));
            }
            mode = rules.unknown();
        }
        if (mode == OutageRules.Mode.ALLOW) {
            return Optional.of(served(session, rules.byDefault(), AuthState.DEFAULT));
        }
        if (mode == OutageRules.Mode.QUEUE && !question.queued) {
            if (!outage.enqueue()) {
                with.counters().count(SessionCounter.QUEUE_FULL);
                forget(session);
                return Optional.of(new Outcome.Unanswered("no RADIUS server answers, and too many subscribers wait"));
            }
            with.counters().count(SessionCounter.QUEUED);
            question.queued = true;
            timers.arm(session, SessionTimers.SETUP, now + rules.queueTime().toMillis());
        }
        if (outage.isOn()) {
            waiting.add(session.id().value());
        } else {
            later(session, question);
        }
        return Optional.empty();
    }

    private Outcome served(Session session, Authorization authorization, AuthState state) {
        with.counters().count(state == AuthState.CACHED ? SessionCounter.SERVED_CACHED : SessionCounter.SERVED_DEFAULT);
        forget(session);
        new PrefixGrants(with).authorize(session, authorization, state);
        return new Outcome.Accepted(session.authorization().orElseThrow());
    }

    private void remember(Session session, Authorization granted) {
        OutageRules rules = realms.of(session.userName());
        if (rules.remembers() && !session.isProved()) {
            long wall = with.clock().millis();
            Authorization alone = granted.withAddressing(granted.addressing().withoutPooledPrefixes());
            profiles.accepted(session.key(), session.userName(), alone, rules.profileAge(), wall)
                    .forEach(owner::remember);
        }
    }

    private void forget(Session session) {
        long id = session.id().value();
        waiting.remove(id);
        Question question = questions.remove(id);
        if (question != null && question.queued) {
            outage.dequeue();
        }
        timers.disarm(session, SessionTimers.RETRY);
    }
}
