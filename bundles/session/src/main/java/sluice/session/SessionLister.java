package sluice.session;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import sluice.dataplane.api.Traffic;
import sluice.session.api.AddressGrant;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.TimerName;

/** Finds and shows the sessions of one shard, to which it belongs. */
final class SessionLister {

    /** Of two clocks, and of what happens between two readings; more is a jump of the wall clock. */
    private static final long JUMP_MILLIS = 2_000;

    private final SessionTable table;
    private final Sweeps sweeps;
    private final Entries entries;
    private final Offloads offloads;
    private final Surroundings with;

    SessionLister(SessionTable table, Sweeps sweeps, Entries entries, Offloads offloads, Surroundings with) {
        this.table = table;
        this.sweeps = sweeps;
        this.entries = entries;
        this.offloads = offloads;
        this.with = with;
    }

    /** Some sessions per turn. */
    void list(Mail.Listed mail) {
        Listing listing = new Listing(mail.filter());
        sweeps.begin(listing, () -> mail.reply().complete(List.copyOf(listing.found)));
    }

    /** Reads the counters of several sessions at once. */
    private final class Listing implements Sweeps.Look {
        private final Predicate<SessionInfo> filter;
        private final List<Session> piece = new ArrayList<>();
        private final List<SessionInfo> found = new ArrayList<>();

        Listing(Predicate<SessionInfo> filter) {
            this.filter = filter;
        }

        @Override
        public boolean at(Session session, long now) {
            offloads.catchUp(session, now);
            piece.add(session);
            return false;
        }

        @Override
        public void pieceOver(long now) {
            List<Traffic> traffic = entries.traffic(piece);
            for (int i = 0; i < piece.size(); i++) {
                SessionInfo info = info(piece.get(i), traffic.get(i), now);
                if (filter.test(info)) {
                    found.add(info);
                }
            }
            piece.clear();
        }
    }

    /** At once. */
    void show(Mail.Shown mail, long now) {
        mail.reply().complete(table.get(mail.session()).map(session -> {
            offloads.catchUp(session, now);
            return info(session, entries.traffic(session), now);
        }));
    }

    /** At once by indexes; some sessions per turn when the query gives nothing that is indexed. */
    void lookUp(Mail.LookedUp mail) {
        Optional<List<Session>> few = table.lookup(mail.query());
        if (few.isPresent()) {
            mail.reply().complete(few.get().stream().map(Session::id).toList());
            return;
        }
        List<SessionId> found = new ArrayList<>();
        sweeps.begin(
                (session, now) -> {
                    if (SessionIndex.matches(mail.query(), session)) {
                        found.add(session.id());
                    }
                    return false;
                },
                () -> mail.reply().complete(List.copyOf(found)));
    }

    private SessionInfo info(Session session, Traffic traffic, long now) {
        boolean opened = session.openedAt() != 0;
        return new SessionInfo(
                session.id(),
                session.key(),
                session.protocol(),
                session.describe(),
                session.userName(),
                session.authState(),
                session.authorization(),
                session.address().map(AddressGrant::address),
                session.address().map(grant -> grant.network().name()),
                session.authorization().isPresent() ? Optional.of(session.policy()) : Optional.empty(),
                opened ? Optional.of(Instant.ofEpochMilli(session.openedAt())) : Optional.empty(),
                opened ? leaseEnds(session, now) : Optional.empty(),
                timersLeft(session, now),
                session.held().details(),
                traffic,
                session.authorization().map(Attributes::of).orElse(List.of()));
    }

    /** By the timer, which no jump of the wall clock moves. */
    private Optional<Instant> leaseEnds(Session session, long now) {
        long wall = with.clock().millis();
        OptionalLong deadline = session.deadline(TimerName.LEASE);
        if (deadline.isEmpty() && session.leaseEnds() == 0) {
            return Optional.empty();
        }
        long byTimer = deadline.isPresent() ? wall + deadline.getAsLong() - now : session.leaseEnds();
        boolean jumped = Math.abs(byTimer - session.leaseEnds()) > JUMP_MILLIS;
        return Optional.of(Instant.ofEpochMilli(jumped ? byTimer : session.leaseEnds()));
    }

    /** What is left until each is due; of the idle time what is left of it, not until it is looked at. */
    private static Map<String, Duration> timersLeft(Session session, long now) {
        Map<String, Duration> left = new HashMap<>();
        for (ArmedTimers.Timer timer : session.timers().all()) {
            left.put(timer.name().value(), Duration.ofMillis(Math.max(0, timer.deadline() - now)));
        }
        session.authorization()
                .flatMap(authorization -> authorization.timeouts().idle())
                .ifPresent(idle -> left.computeIfPresent(
                        SessionTimers.IDLE.value(),
                        (name, look) -> Duration.ofMillis(Math.max(0, session.idleSince() + idle.toMillis() - now))));
        return left;
    }
}
