package sluice.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.Agent;
import sluice.loop.Bell;
import sluice.loop.Inbox;
import sluice.session.api.AccessProtocol;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Authenticator;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Network;
import sluice.session.api.Outcome;
import sluice.session.api.SessionKey;
import sluice.session.api.TerminateCause;
import sluice.session.api.TimerName;

/** The one writer of its sessions: everything that happens to them happens in its turns. */
final class SessionShard implements Agent, DurableTurns.Owner, EffectPerformer.Owner {

    private static final Logger LOG = LoggerFactory.getLogger(SessionShard.class);

    private static final int TIMERS_MAX = 256;
    private static final int MAIL_MAX = 256;
    /** Sessions looked at per turn when all are concerned, so that a turn stays short. */
    static final int SWEEP_MAX = 256;

    private static final int COMMANDS_MAX = 1_024;
    private static final int FRAMES_MAX = 8_192;

    private final Surroundings with;
    private final Protocols protocols;
    private final Inbox<Mail> inbox;
    private final SessionTable table = new SessionTable();
    private final SessionTimers timers;
    private final DurableTurns turns;
    private final Offloads offloads;
    private final EffectPerformer performer;
    private final SessionLister lister;
    private final RejectMemory rejects;
    private final Session.Networks networks;
    private final Map<Session, List<CompletableFuture<CommandResult>>> waiting = new HashMap<>();

    private Optional<Draining> draining = Optional.empty();
    private int starting;
    private int authenticating;
    private long now;
    /** Written by the shard, read by anybody for the table of shards. */
    private volatile int sessions;

    /** Out of service: who waits for the last session to go, and how many there were. */
    private record Draining(int sessions, CompletableFuture<Integer> reply) {}

    SessionShard(Surroundings with, Protocols protocols, Bell bell, long now) {
        this.with = with;
        this.protocols = protocols;
        this.now = now;
        inbox = new Inbox<>(
                bell, with.settings().authenticating() + DurableTurns.UNDER_WAY_MAX + 1, COMMANDS_MAX, FRAMES_MAX);
        timers = new SessionTimers(now);
        turns = new DurableTurns(with.journal(), inbox, this::freeze, with.counters(), this);
        offloads = new Offloads(with, timers);
        performer = new EffectPerformer(with, timers, turns, offloads, this);
        lister = new SessionLister(table, performer, offloads, inbox);
        rejects = new RejectMemory(with.settings().rejectHold().toMillis());
        List<Network> all = with.addresses().networks();
        networks = address -> all.stream()
                .filter(network -> address.isAny() || network.prefix().contains(address))
                .findFirst();
    }

    Inbox<Mail> inbox() {
        return inbox;
    }

    int sessions() {
        return sessions;
    }

    int armedTimers() {
        return timers.armed();
    }

    @Override
    public int turn(long time) {
        now = time;
        int work = timers.expire(time, TIMERS_MAX, this::timerDue) + inbox.drain(MAIL_MAX, this::open);
        turns.seal(time);
        if (work > 0) {
            with.sink().flush();
            sessions = table.size();
        }
        return work;
    }

    @Override
    public long nextDeadline() {
        return Math.min(timers.nextDeadline(), turns.nextDeadline());
    }

    /**
     * Answers what waits. Sessions being set up lose their reservation; open ones go on in the data plane and the
     * store.
     */
    @Override
    public void end() {
        inbox.close(mail -> {
            switch (mail) {
                case Mail.Commanded commanded -> commanded.reply().complete(CommandResult.FAILED);
                case Mail.Listed listed -> listed.reply().complete(listed.found());
                case Mail.Drained drained -> drained.reply().cancel(false);
                case Mail.Resumed resumed -> resumed.reply().complete(CommandResult.FAILED);
                default -> {}
            }
        });
        waiting.values().forEach(replies -> replies.forEach(reply -> reply.complete(CommandResult.FAILED)));
        for (Session session : List.copyOf(table.all())) {
            if (session.stage() == Session.Stage.STARTING) {
                performer.forget(session);
            }
        }
        turns.seal(now);
    }

    /**
     * Before the shard turns for the first time: a session from the store. Its timers that were due meanwhile are due
     * at once.
     */
    void recover(Recovery.Recovered recovered) {
        FrozenSession frozen = recovered.frozen();
        boolean inDataPlane = recovered.inDataPlane();
        Session session = new Session(frozen.id(), frozen.key(), frozen.protocol(), frozen.userName(), networks);
        session.authorize(frozen.authorization(), with.policies().policyOf(frozen.authorization()), frozen.authState());
        session.address(Optional.of(recovered.grant()));
        session.path(frozen.tags(), frozen.nextHop());
        FrozenMoment moment = moment();
        session.openedAt(frozen.openedAt(), now, frozen.ageAt(moment));
        session.leaseEnds(frozen.leaseEnds());
        session.before(inDataPlane ? frozen.before() : frozen.reported());
        session.reported(frozen.reported());
        session.frozenState(frozen.state());
        session.stage(Session.Stage.OPEN);
        session.durable(true);
        table.add(session);
        frozen.timers()
                .forEach((name, deadline) -> timers.arm(
                        session, new TimerName(name), now + Math.max(0, frozen.millisLeft(deadline, moment))));
        sessions = table.size();
        boolean extended = recovered
                .lease()
                .filter(lease -> offloads.adopt(session, lease, now))
                .isPresent();
        if (!inDataPlane || extended) {
            turns.current().changed(session);
        }
    }

    private void open(Mail mail) {
        switch (mail) {
            case Mail.Arrived arrived -> onFrame(arrived);
            case Mail.Answered answered -> onAnswer(answered);
            case Mail.Durable durable -> turns.onDurable(durable);
            case Mail.NotDurable failed -> turns.onFailed(failed, now);
            case Mail.Commanded commanded -> onCommand(commanded);
            case Mail.Listed listed -> lister.list(listed, now);
            case Mail.Leaving leaving -> onLeaving(leaving);
            case Mail.Joined joined -> onJoined(joined);
            case Mail.Drained drained -> onDrain(drained);
            case Mail.Resumed resumed -> {
                draining = Optional.empty();
                resumed.reply().complete(CommandResult.DONE);
            }
        }
    }

    private void onFrame(Mail.Arrived mail) {
        switch (table.find(mail.key())) {
            case SessionTable.Found.One one -> frame(one.session(), mail);
            case SessionTable.Found.Several several -> with.counters().count(SessionCounter.DROP_AMBIGUOUS);
            case SessionTable.Found.None none ->
                begin(mail.key(), mail.protocol()).ifPresent(session -> frame(session, mail));
        }
    }

    private void frame(Session session, Mail.Arrived mail) {
        step(session, mail.protocol(), () -> {
            session.thawFor(mail.protocol());
            performer.apply(session, mail.protocol(), mail.protocol().onFrame(session, mail.frame(), now), now);
        });
    }

    private Optional<Session> begin(SessionKey key, AccessProtocol protocol) {
        Optional<SessionCounter> refusal = refusal(key);
        if (refusal.isPresent()) {
            with.counters().count(refusal.get());
            return Optional.empty();
        }
        Session session = new Session(
                with.ids().next(),
                key,
                protocol.name(),
                with.settings().userName().of(key),
                networks);
        table.add(session);
        starting++;
        timers.arm(
                session, SessionTimers.SETUP, now + with.settings().setupTime().toMillis());
        return Optional.of(session);
    }

    private Optional<SessionCounter> refusal(SessionKey key) {
        if (draining.isPresent()) {
            return Optional.of(SessionCounter.DROP_DRAINING);
        }
        if (rejects.holds(key, now)) {
            return Optional.of(SessionCounter.DROP_REJECTED);
        }
        if (table.onLine(key.line()) >= with.settings().sessionsPerLine()) {
            return Optional.of(SessionCounter.DROP_LINE_SESSIONS);
        }
        if (starting >= with.settings().starting()) {
            return Optional.of(SessionCounter.DROP_STARTING);
        }
        return turns.isBehind() ? Optional.of(SessionCounter.DROP_JOURNAL_SLOW) : Optional.empty();
    }

    private void onAnswer(Mail.Answered mail) {
        authenticating--;
        Optional<Session> found =
                table.get(mail.session()).filter(session -> session.stage() == Session.Stage.STARTING);
        if (found.isEmpty()) {
            with.counters().count(SessionCounter.LATE_OUTCOME);
            return;
        }
        Session session = found.get();
        session.authenticating(false);
        if (mail.outcome() instanceof Outcome.Rejected) {
            rejects.rejected(session.key(), now);
        }
        tell(session, performer.judged(session, mail.outcome()));
    }

    private void timerDue(long id) {
        Optional<Session> found = table.get(id);
        if (found.isEmpty()) {
            return;
        }
        Session session = found.get();
        Optional<Session.Timer> due = session.takeDue(now);
        if (due.isEmpty()) {
            return;
        }
        var name = due.get().name();
        if (name.equals(SessionTimers.INTERIM)) {
            performer.interim(session, now);
        } else if (name.equals(SessionTimers.SESSION_TIMEOUT)) {
            tell(session, new Outcome.Disconnect(TerminateCause.SESSION_TIMEOUT));
        } else if (name.equals(SessionTimers.SETUP)) {
            with.counters().count(SessionCounter.SETUP_TIMEOUT);
            performer.forget(session);
        } else if (!name.equals(TimerName.LEASE) || !offloads.outlives(session, now)) {
            protocols
                    .named(session.protocol())
                    .ifPresentOrElse(
                            protocol -> step(session, protocol, () -> {
                                session.thawFor(protocol);
                                performer.apply(session, protocol, protocol.onTimer(session, name, now), now);
                            }),
                            () -> timers.arm(session, name, now + Protocols.ABSENCE_MILLIS));
        }
    }

    private void onCommand(Mail.Commanded mail) {
        Optional<Session> found = table.get(mail.command().session());
        if (found.isEmpty()) {
            mail.reply().complete(CommandResult.SESSION_NOT_FOUND);
            return;
        }
        Session session = found.get();
        switch (mail.command()) {
            case Command.Disconnect disconnect -> {
                waiting.computeIfAbsent(session, key -> new ArrayList<>(1)).add(mail.reply());
                disconnect(session, disconnect.cause());
            }
            case Command.Change change -> mail.reply().complete(CommandResult.FAILED);
            case Command.Reauthenticate again -> mail.reply().complete(CommandResult.FAILED);
        }
    }

    /** Ends the session through its protocol; one that is absent or has a defect does not keep it. */
    private void disconnect(Session session, TerminateCause cause) {
        if (session.stage() == Session.Stage.CLOSING) {
            return;
        }
        tell(session, new Outcome.Disconnect(cause));
        if (session.stage() == Session.Stage.OPEN) {
            performer.close(session, cause, now);
        } else if (session.stage() == Session.Stage.STARTING) {
            performer.forget(session);
        }
    }

    private void tell(Session session, Outcome outcome) {
        protocols
                .named(session.protocol())
                .ifPresent(protocol -> step(session, protocol, () -> {
                    session.thawFor(protocol);
                    performer.apply(session, protocol, protocol.onOutcome(session, outcome, now), now);
                }));
    }

    /** Something that a protocol does; thrown by it, an exception ends the step and not the loop. */
    private interface ProtocolStep {
        void run() throws IncompatibleState;
    }

    private void step(Session session, AccessProtocol protocol, ProtocolStep step) {
        try {
            step.run();
        } catch (IncompatibleState e) {
            with.counters().count(SessionCounter.STATE_INCOMPATIBLE);
            LOG.error(
                    "{} its state is unknown to {} ({}); end it with session:disconnect",
                    session.tag(),
                    protocol.name(),
                    e.getMessage());
        } catch (RuntimeException e) {
            with.counters().count(SessionCounter.STEP_FAILED);
            LOG.error("{} a step of {} failed; this is a defect, report it", session.tag(), protocol.name(), e);
            if (session.stage() == Session.Stage.STARTING) {
                performer.forget(session);
            }
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
    public void opened(Session session) {
        starting--;
    }

    @Override
    public void detached(Session session) {
        if (session.stage() == Session.Stage.STARTING) {
            starting--;
        }
        table.detach(session);
    }

    @Override
    public void gone(Session session) {
        table.remove(session);
        List<CompletableFuture<CommandResult>> replies = waiting.remove(session);
        if (replies != null) {
            replies.forEach(reply -> reply.complete(CommandResult.DONE));
        }
        completeDrain();
    }

    @Override
    public void durable(Turn turn) {
        turn.frames().forEach(performer::sendNow);
        turn.offloads().forEach(offloads::put);
        turn.endings().forEach(ending -> performer.ended(ending.session()));
    }

    @Override
    public void withdrawn(Session session, String reason) {
        performer.withdraw(session);
        tell(session, new Outcome.NotDurable(reason));
    }

    private void onLeaving(Mail.Leaving mail) {
        List<Long> ids = mail.ids().isEmpty() ? table.ids() : mail.ids();
        int to = Math.min(mail.from() + SWEEP_MAX, ids.size());
        for (long id : ids.subList(mail.from(), to)) {
            table.get(id).ifPresent(session -> session.freezeFor(mail.protocol()));
        }
        if (to < ids.size()) {
            inbox.offer(Mail.COMMANDS, new Mail.Leaving(mail.protocol(), ids, to));
        }
    }

    private void onJoined(Mail.Joined mail) {
        List<Long> ids = mail.ids().isEmpty() ? table.ids() : mail.ids();
        int to = Math.min(mail.from() + SWEEP_MAX, ids.size());
        for (long id : ids.subList(mail.from(), to)) {
            table.get(id)
                    .filter(session -> session.protocol().equals(mail.protocol()))
                    .filter(session -> offloads.takeBack(session, now))
                    .ifPresent(turns.current()::changed);
        }
        if (to < ids.size()) {
            inbox.offer(Mail.COMMANDS, new Mail.Joined(mail.protocol(), ids, to));
        }
    }

    private void onDrain(Mail.Drained mail) {
        List<Long> ids = mail.ids().isEmpty() ? table.ids() : mail.ids();
        if (mail.from() == 0) {
            draining = Optional.of(new Draining(ids.size(), mail.reply()));
        }
        int to = Math.min(mail.from() + SWEEP_MAX, ids.size());
        for (long id : ids.subList(mail.from(), to)) {
            table.get(id).ifPresent(session -> disconnect(session, TerminateCause.ADMIN_REBOOT));
        }
        if (to < ids.size() && !inbox.offer(Mail.COMMANDS, new Mail.Drained(ids, to, mail.reply()))) {
            mail.reply().completeExceptionally(new IllegalStateException("The session shards are overloaded"));
        }
        completeDrain();
    }

    private void completeDrain() {
        if (draining.isPresent() && table.size() == 0) {
            draining.get().reply().complete(draining.get().sessions());
        }
    }

    private FrozenSession freeze(Session session) {
        return FrozenSession.of(session, moment());
    }

    private FrozenMoment moment() {
        return new FrozenMoment(with.clock().millis(), now, with.boot());
    }
}
