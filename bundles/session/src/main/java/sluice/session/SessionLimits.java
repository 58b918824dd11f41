package sluice.session;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import sluice.loop.Inbox;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.platform.api.CounterSet;
import sluice.session.api.Command;
import sluice.session.api.SessionKey;
import sluice.session.api.TerminateCause;

/**
 * How many sessions a line, a user name and a device may have. The places are those of all shards, this is the view of
 * one of them.
 *
 * <p>A place is taken when the subscriber was authorized, so that nobody ends somebody else's session by a forged
 * frame; only a line whose limit refuses has its places taken by sessions that are being set up too. An older session
 * that must go is told to end, with Port-Preempted, and the new one opens when its packets are stopped: at no time more
 * sessions are open than may be.
 */
final class SessionLimits {

    private final int perLine;
    private final Occupancy<LineId> lines;
    private final Occupancy<String> users;
    private final Occupancy<MacAddress> devices;
    private final SetupLimiter setups;
    private final CounterSet<SessionCounter> counters;
    private final Inbox<Mail> inbox;
    private final Predecessors predecessors;

    /** What all shards share. Safe for any thread. */
    record Places(
            int perLine,
            Occupancy<LineId> lines,
            Occupancy<String> users,
            Occupancy<MacAddress> devices,
            SetupLimiter setups,
            AtomicInteger starting,
            Reasons ignored) {

        static Places of(LimitSettings settings) {
            return new Places(
                    settings.perLine(),
                    new Occupancy<>(settings.perLine(), settings.line()),
                    new Occupancy<>(settings.perUser(), settings.user()),
                    new Occupancy<>(settings.perMac(), settings.mac()),
                    new SetupLimiter(settings.setupsPerMinute()),
                    new AtomicInteger(),
                    new Reasons());
        }

        /** Sessions that all shards are setting up now. */
        int startingNow() {
            return starting.get();
        }
    }

    /** @param inbox of the shard, where its sessions are told to end */
    SessionLimits(Places places, CounterSet<SessionCounter> counters, Inbox<Mail> inbox, Predecessors predecessors) {
        perLine = places.perLine();
        lines = places.lines();
        users = places.users();
        devices = places.devices();
        setups = places.setups();
        this.counters = counters;
        this.inbox = inbox;
        this.predecessors = predecessors;
    }

    /**
     * Whether the line may have one more session being set up.
     *
     * @param onLine sessions of the line in the shard that asks
     */
    boolean isRoomOn(int onLine) {
        // one that is replaced and one that replaces it are there at the same time
        return onLine < (lines.replaces() ? 2 * perLine : perLine);
    }

    /**
     * Whether the line may begin a session so soon after its last ones; counts as one that it began.
     *
     * @param now monotonic milliseconds
     */
    boolean maySetUp(SessionKey key, long now) {
        return setups.admits(key, now);
    }

    /**
     * The session is being set up.
     *
     * @return false when its line has its number of sessions
     */
    boolean begin(Session session) {
        return !countsFromTheBeginning(session)
                || lines.take(session.key().line(), holder(session)) instanceof Occupancy.Place.Taken;
    }

    /**
     * The subscriber was authorized. Sessions that must go for this one are told so when it has all its places, and
     * only then: nobody goes for a session that another limit refuses.
     *
     * @return why there is no room for it
     */
    Optional<String> admit(Session session) {
        Occupancy.Holder holder = holder(session);
        Set<Occupancy.Holder> older = new LinkedHashSet<>();
        if (countsWhenAuthorized() && !take(lines, session.key().line(), holder, older)) {
            return refused(session, SessionCounter.REFUSED_LINE_SESSIONS, "the line has its number of sessions");
        }
        if (!take(users, session.userName(), holder, older)) {
            return refused(session, SessionCounter.REFUSED_USER_SESSIONS, "the user has his number of sessions");
        }
        if (!take(devices, session.key().mac(), holder, older)) {
            return refused(session, SessionCounter.REFUSED_MAC_SESSIONS, "the device has its number of sessions");
        }
        predecessors.of(session).forEach(one -> older.add(holder(one)));
        return end(older)
                ? Optional.empty()
                : refused(session, SessionCounter.REFUSED_UNTOLD, "an older session could not be told to end");
    }

    /** Whether the packets of those that had to go for this session are stopped. */
    boolean isRoomFor(Session session) {
        Occupancy.Holder holder = holder(session);
        return lines.isRoomFor(session.key().line(), holder)
                && users.isRoomFor(session.userName(), holder)
                && devices.isRoomFor(session.key().mac(), holder);
    }

    /** Before frames are let in: a session that was open before. Older ones first. */
    void restore(Session session) {
        Occupancy.Holder holder = holder(session);
        if (countsWhenAuthorized() || countsFromTheBeginning(session)) {
            lines.restore(session.key().line(), holder);
        }
        users.restore(session.userName(), holder);
        devices.restore(session.key().mac(), holder);
    }

    /** The packets of the session are stopped, or it was never open. */
    void leave(Session session) {
        Occupancy.Holder holder = holder(session);
        lines.leave(session.key().line(), holder);
        users.leave(session.userName(), holder);
        devices.leave(session.key().mac(), holder);
    }

    /** The session gets another user name. */
    void leaveUser(Session session) {
        users.leave(session.userName(), holder(session));
    }

    /** Places that are taken, for tests of leaks. */
    int taken() {
        return lines.size() + users.size() + devices.size();
    }

    private boolean countsWhenAuthorized() {
        return lines.replaces();
    }

    /** A line with a C-VLAN lies in one shard, which counts its sessions itself. */
    private boolean countsFromTheBeginning(Session session) {
        return !lines.replaces() && session.key().line().cvlan() == 0;
    }

    /** @param older those that must go for it are added to these */
    private static <K> boolean take(Occupancy<K> places, K who, Occupancy.Holder holder, Set<Occupancy.Holder> older) {
        if (!(places.take(who, holder) instanceof Occupancy.Place.Taken taken)) {
            return false;
        }
        older.addAll(taken.older());
        return true;
    }

    /** @return false when one of them has too much to do to hear of it */
    private boolean end(Set<Occupancy.Holder> older) {
        for (Occupancy.Holder one : older) {
            Mail.Commanded end = new Mail.Commanded(
                    new Command.Disconnect(one.session(), TerminateCause.PORT_PREEMPTED), new CompletableFuture<>());
            if (!one.inbox().offer(end.lane(), end)) {
                return false;
            }
            counters.count(SessionCounter.PREEMPTED);
        }
        return true;
    }

    private Optional<String> refused(Session session, SessionCounter reason, String text) {
        leave(session);
        counters.count(reason);
        return Optional.of(text);
    }

    private Occupancy.Holder holder(Session session) {
        return new Occupancy.Holder(session.id(), inbox);
    }
}
