package sluice.session;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import sluice.loop.Agent;
import sluice.loop.Bell;
import sluice.loop.Inbox;
import sluice.loop.MonotonicClock;
import sluice.platform.api.StoreChange;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Authenticator;
import sluice.session.api.CommandResult;
import sluice.session.api.Outcome;
import sluice.session.api.TimerName;

/** The one writer of its sessions: everything that happens to them happens in its turns. */
final class SessionShard
        implements Agent, DurableTurns.Owner, EffectPerformer.Owner, DegradedOperation.Owner, Reauthentications.Owner {

    private static final int TIMERS_MAX = 256;
    private static final int MAIL_MAX = 256;

    private static final int COMMANDS_MAX = 16_384;
    private static final int FRAMES_MAX = 8_192;
    private static final int CHORES_MAX = 1_024;

    private final Surroundings with;
    private final Inbox<Mail> inbox;
    private final Notices notices;
    private final SessionTable table = new SessionTable();
    private final Sweeps sweeps = new Sweeps(table);
    private final Census census = new Census();
    private final SessionTimers timers;
    private final DurableTurns turns;
    private final Offloads offloads;
    private final LeaseReturns returns;
    private final Timekeeper timekeeper;
    private final DegradedOperation degraded;
    private final SessionLimits limits;
    private final EffectPerformer performer;
    private final ProtocolSteps protocols;
    private final Changes changes;
    private final Reauthentications reauthentications;
    private final Commands commands;
    private final Rounds rounds;
    private final SessionLister lister;
    private final Newcomers newcomers;
    private final Strays strays;
    private final DueTimers dueTimers;
    private final TurnBudget budget;
    private final Session.Outside networks;
    private final Drain drain = new Drain();

    private int authenticating;
    private long now;
    /** Written by the shard, read by anybody for the table of shards. */
    private volatile Holding holding = Holding.NOTHING;

    SessionShard(Surroundings with, Protocols present, Bell bell, MonotonicClock clock) {
        this.with = with;
        now = clock.millis();
        inbox = new Inbox<>(
                bell,
                COMMANDS_MAX,
                with.settings().authenticating() + DurableTurns.UNDER_WAY_MAX + 1,
                COMMANDS_MAX,
                FRAMES_MAX,
                CHORES_MAX);
        notices = new Notices(bell);
        timers = new SessionTimers(now);
        turns = new DurableTurns(with.journal(), inbox, this::freeze, with.counters(), this);
        offloads = new Offloads(with, timers);
        returns = new LeaseReturns(offloads, turns);
        Entries entries = new Entries(with, turns);
        timekeeper = new Timekeeper(with, timers, entries, now);
        degraded = new DegradedOperation(with, timers, table, this);
        limits = new SessionLimits(with.places(), with.counters(), inbox, new Predecessors(table));
        performer = new EffectPerformer(with, timers, turns, offloads, entries, timekeeper, degraded, limits, this);
        protocols = new ProtocolSteps(with, present, timers, performer);
        changes = new Changes(with, turns, entries, timekeeper, offloads, table);
        reauthentications = new Reauthentications(with, timers, changes, this);
        commands = new Commands(table, performer, protocols, changes, reauthentications);
        rounds = new Rounds(table, sweeps, returns, changes, commands, protocols, drain);
        lister = new SessionLister(table, sweeps, entries, offloads, with);
        new LeaseRecall(with.alone().leases(), timers, sweeps, returns).begin(now);
        new Reconciliation(with, timers, sweeps, entries, changes).begin(now);
        budget = new TurnBudget(clock);
        dueTimers = new DueTimers(with, table, timekeeper, offloads, degraded, performer, protocols, commands);
        networks = new KnownNetworks(with.addresses().networks(), with.alone().leases(), entries);
        newcomers = new Newcomers(with, table, timers, turns, limits, drain, networks);
        strays = new Strays(with, table, timers, newcomers, with.places().ignored(), now);
    }

    /** Whom the shard serves, or lets wait, without the answer of a server. */
    DegradedOperation degraded() {
        return degraded;
    }

    Census census() {
        return census;
    }

    Inbox<Mail> inbox() {
        return inbox;
    }

    /** For what no full lane may refuse. */
    Notices notices() {
        return notices;
    }

    Holding holding() {
        return holding;
    }

    int armedTimers() {
        return timers.armed();
    }

    @Override
    public int turn(long time) {
        now = time;
        budget.begin();
        int work = degraded.turn(time);
        // timers that move down the wheel are work too: else the due ones wait for as many turns as a crowd needs
        work += budget.spend(
                TIMERS_MAX,
                most -> timers.expire(time, most, id -> dueTimers.due(id, time)),
                () -> timers.nextDeadline() <= time);
        work += budget.spend(MAIL_MAX, most -> inbox.drain(most, this::open));
        List<Mail.Notice> told = notices.take();
        told.forEach(this::open);
        work += told.size();
        if (!turns.isBehind()) {
            work += sweeps.turn(time, budget::isLeft);
        }
        turns.seal(time);
        if (work > 0) {
            with.sink().flush();
            holding = count();
        }
        return work;
    }

    @Override
    public long nextDeadline() {
        return Math.min(degraded.nextDeadline(), Math.min(timers.nextDeadline(), turns.nextDeadline()));
    }

    /**
     * Answers what waits. Sessions being set up lose their reservation; open ones go on in the data plane and the
     * store.
     */
    @Override
    public void end() {
        inbox.close(Mail::abandon);
        commands.abandon();
        sweeps.abandon();
        drain.abandon();
        for (Session session : List.copyOf(table.all())) {
            if (session.stage() == Session.Stage.STARTING) {
                performer.forget(session);
            }
        }
        turns.end();
    }

    /**
     * Before the shard turns for the first time: a session from the store. Its timers that were due meanwhile are due
     * at once.
     */
    void recover(Recovery.Recovered recovered) {
        FrozenSession frozen = recovered.frozen();
        FrozenMoment moment = moment();
        Session session = new Session(frozen.id(), frozen.key(), frozen.protocol(), frozen.userName(), networks);
        session.thaw(frozen, with.policies().policyOf(frozen.authorization()), recovered.grant(), moment);
        session.before(frozen.before());
        table.add(session);
        census.recovered(session);
        protocols.recovered(session);
        limits.restore(session);
        degraded.recovered(session);
        frozen.timers()
                .forEach((name, deadline) -> timers.arm(
                        session, new TimerName(name), now + Math.max(0, frozen.millisLeft(deadline, moment))));
        timekeeper.recovered(session, now);
        holding = count();
        recovered.lease().ifPresent(lease -> returns.inherit(session, lease, now));
    }

    private void open(Mail mail) {
        switch (mail) {
            case Mail.Arrived arrived -> onFrame(arrived);
            case Mail.Answered answered -> onAnswer(answered);
            case Mail.Durable durable -> turns.onDurable(durable);
            case Mail.NotDurable failed -> {
                turns.onFailed(failed, now);
                failed.turn().endings().forEach(ending -> commands.endFailed(ending.session()));
            }
            case Mail.Commanded commanded -> commands.perform(commanded, now);
            case Mail.Listed listed -> lister.list(listed);
            case Mail.Shown shown -> lister.show(shown, now);
            case Mail.LookedUp lookedUp -> lister.lookUp(lookedUp);
            case Mail.PoliciesChanged changed -> rounds.policiesChanged(changed.policies());
            case Mail.Leaving leaving -> rounds.leaving(leaving.protocol());
            case Mail.Joined joined -> rounds.joined(joined.protocol());
            case Mail.Drained drained -> rounds.drain(drained.reply());
            case Mail.Resumed resumed -> rounds.resume(resumed.reply());
        }
    }

    private void onFrame(Mail.Arrived mail) {
        switch (table.find(mail.key(), mail.protocol().name())) {
            case SessionTable.Found.One one -> protocols.frame(one.session(), mail.protocol(), mail.frame(), now);
            case SessionTable.Found.Several several -> with.counters().count(SessionCounter.DROP_AMBIGUOUS);
            case SessionTable.Found.None none -> {
                if (strays.begins(mail.protocol(), mail.key(), mail.frame(), now)) {
                    newcomers.begin(mail.key(), mail.protocol(), now).ifPresent(session -> {
                        census.began(session);
                        protocols.frame(session, mail.protocol(), mail.frame(), now);
                    });
                }
            }
        }
    }

    private void onAnswer(Mail.Answered mail) {
        authenticating--;
        degraded.heard(mail.outcome());
        Optional<Session> found = table.get(mail.session());
        found.ifPresent(session -> session.authenticating(false));
        Session.Stage stage = found.map(Session::stage).orElse(Session.Stage.GONE);
        switch (stage) {
            case STARTING -> {
                Session session = found.get();
                performer.judged(session, mail.outcome()).ifPresent(judged -> tell(session, judged));
            }
            case OPEN -> {
                degraded.answered(found.get(), mail.outcome());
                commands.answered(found.get(), mail.outcome(), now);
            }
            case CLOSING, GONE -> with.counters().count(SessionCounter.LATE_OUTCOME);
        }
    }

    @Override
    public boolean authenticate(Session session, AuthenticationRequest request, Authenticator authenticator) {
        if (session.isAuthenticating()) {
            return true;
        }
        if (authenticating >= with.settings().authenticating()) {
            return false;
        }
        session.authenticating(true);
        authenticating++;
        with.counters().count(SessionCounter.AUTHENTICATIONS);
        authenticator.authenticate(
                request, outcome -> inbox.offer(Mail.ANSWERS, new Mail.Answered(request.session(), outcome)));
        return true;
    }

    @Override
    public void tell(Session session, Outcome outcome) {
        if (outcome instanceof Outcome.Rejected) {
            newcomers.rejected(session.key(), now);
        }
        protocols.tell(session, outcome, now);
    }

    @Override
    public void reauthenticate(Session session, Consumer<CommandResult> reply) {
        commands.reauthenticate(session, reply, now);
    }

    @Override
    public Optional<Outcome> challenge(Session session, AuthenticationRequest request) {
        return reauthentications.challenge(session, request);
    }

    @Override
    public void remember(StoreChange change) {
        turns.remember(change);
    }

    @Override
    public void opened(Session session) {
        newcomers.settled();
        census.opened(session);
        degraded.opened(session);
        table.update(session);
    }

    @Override
    public void addressed(Session session) {
        table.update(session);
    }

    @Override
    public void detached(Session session) {
        if (session.stage() == Session.Stage.STARTING) {
            newcomers.settled();
        }
        census.left(session);
        degraded.left(session);
        limits.leave(session);
        table.detach(session);
    }

    @Override
    public void gone(Session session) {
        table.remove(session);
        census.gone(session);
        commands.gone(session);
        protocols.gone(session);
        holding = count();
        drain.went(holding.sessions());
    }

    @Override
    public void durable(Turn turn) {
        turn.frames().forEach(performer::sendNow);
        turn.offloads().forEach((session, terms) -> offloads.put(session, terms, now));
        turn.promises().forEach(promise -> promise.durable(now));
        turn.endings().forEach(ending -> performer.ended(ending.session()));
    }

    @Override
    public void withdrawn(Session session, String reason) {
        performer.withdraw(session);
        protocols.tell(session, new Outcome.NotDurable(reason), now);
    }

    /**
     * What the store has of these is not known here, so their addresses and prefixes are given back: the next engine
     * takes those of the sessions that it finds.
     */
    @Override
    public void unheard(Turn turn) {
        turn.promises().forEach(Turn.Promise::unheard);
        turn.opened().keySet().forEach(performer::giveBack);
        turn.endings().forEach(ending -> performer.giveBack(ending.session()));
    }

    private Holding count() {
        return new Holding(table.size(), newcomers.starting(), timers.armed(), timers.chores());
    }

    private FrozenSession freeze(Session session) {
        return FrozenSession.of(session, moment());
    }

    private FrozenMoment moment() {
        return new FrozenMoment(with.clock().millis(), now, with.boot());
    }
}
