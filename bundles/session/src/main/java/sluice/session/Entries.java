package sluice.session;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.EntryId;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.platform.api.Event;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.FramedRoute;
import sluice.session.api.Policy;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

/** The sessions as the data plane sees them: what is installed for one, and what it counted. Belongs to one shard. */
final class Entries {

    private static final Logger LOG = LoggerFactory.getLogger(Entries.class);

    /** What the data plane takes per subscriber and family. */
    private static final int PREFIXES_MAX = 8;

    private final Surroundings with;
    private final DurableTurns turns;

    /** Open sessions without entry, of which the store does not know yet what the former one counted. */
    private final Set<Session> returning = new HashSet<>();

    Entries(Surroundings with, DurableTurns turns) {
        this.with = with;
        this.turns = turns;
    }

    /**
     * The entry of a session: its address, and all prefixes and routes that it was granted.
     *
     * @throws DataPlaneException when no data plane could take it
     */
    static SubscriberEntry of(FrozenSession session, Policy policy) throws DataPlaneException {
        return of(session.id(), session.key(), session.path(), session.address(), session.authorization(), policy);
    }

    /** As {@link #of(FrozenSession, Policy)}, of a session that has an authorization. */
    static SubscriberEntry of(Session session) throws DataPlaneException {
        return of(
                session.id(),
                session.key(),
                session.path(),
                session.place(),
                session.authorization().orElseThrow(),
                session.policy());
    }

    private static SubscriberEntry of(
            SessionId id, SessionKey key, Path path, Ip4 address, Authorization authorization, Policy policy)
            throws DataPlaneException {
        Addressing addressing = authorization.addressing();
        return new SubscriberEntry(
                id.value(),
                key.line().port(),
                policy.marked(path.tags()),
                path.nextHop(),
                path.link().isPresent() ? key.pppoeSession() : 0,
                path.magic(),
                address,
                path.hasIp6() ? prefixes(addressing) : List.of(),
                address.isAny() ? List.of() : routes(addressing),
                policy.upload(),
                policy.download(),
                path.fitting(policy.treatment()));
    }

    /** Every IPv6 network of a subscriber, once. */
    static Set<Ip6Prefix> networks6(Addressing addressing) {
        Set<Ip6Prefix> all = new LinkedHashSet<>();
        addressing.framedPrefix().ifPresent(all::add);
        addressing.delegatedPrefix().ifPresent(all::add);
        all.addAll(addressing.routes6());
        return all;
    }

    private static List<Ip6Prefix> prefixes(Addressing addressing) throws DataPlaneException {
        Set<Ip6Prefix> all = networks6(addressing);
        check("IPv6 prefixes", all.size(), all.stream().anyMatch(prefix -> prefix.length() == 0));
        return List.copyOf(all);
    }

    private static List<Ip4Prefix> routes(Addressing addressing) throws DataPlaneException {
        List<Ip4Prefix> all =
                addressing.routes().stream().map(FramedRoute::prefix).distinct().toList();
        check("routes", all.size(), false);
        return all;
    }

    private static void check(String what, int count, boolean everything) throws DataPlaneException {
        if (count > PREFIXES_MAX) {
            throw new DataPlaneException(
                    DataPlaneException.Reason.CAPACITY_REACHED,
                    count + " " + what + " of one subscriber, at most " + PREFIXES_MAX);
        }
        if (everything) {
            throw new DataPlaneException(DataPlaneException.Reason.UNSUPPORTED, "a subscriber with a default route");
        }
    }

    /**
     * Lets the session's packets pass, as it is now; counters of an entry that is there go on. One that is missing
     * comes back as {@link #bringBack} says.
     *
     * @throws DataPlaneException when the data plane refuses: logged, counted, nothing changed there
     */
    void install(Session session) throws DataPlaneException {
        if (session.isOpen() && !isCounted(session) && !has(session)) {
            bringBack(session, refusal -> refusal.ifPresent(reason -> failed(session, reason)));
            return;
        }
        try {
            with.dataPlane().install(of(session));
        } catch (DataPlaneException e) {
            failed(session, e);
            throw e;
        }
    }

    /**
     * Installs an open session whose entry is missing when the store knows what the former one had counted: whoever
     * finds an entry takes its counters for what came after that, so counts would go back if everything ended between
     * the two. Nothing when that is under way.
     *
     * @param heard is told when it was tried, with the refusal if there was one
     */
    void bringBack(Session session, Consumer<Optional<DataPlaneException>> heard) {
        if (returning.contains(session)) {
            return;
        }
        if (isCounted(session)) {
            heard.accept(tryInstall(session));
            return;
        }
        session.before(session.reported());
        returning.add(session);
        turns.current().changed(session);
        turns.current().promise(session, new Return(session, heard));
    }

    /** Whether the store has as the beginning of the next entry's counters what the last one counted. */
    private boolean isCounted(Session session) {
        return !returning.contains(session) && session.before().equals(session.reported());
    }

    private Optional<DataPlaneException> tryInstall(Session session) {
        try {
            with.dataPlane().install(of(session));
            return Optional.empty();
        } catch (DataPlaneException e) {
            return Optional.of(e);
        }
    }

    /** The session is installed when the store knows what its former entry had counted. */
    private final class Return implements Turn.Promise {
        private final Session session;
        private final Consumer<Optional<DataPlaneException>> heard;

        Return(Session session, Consumer<Optional<DataPlaneException>> heard) {
            this.session = session;
            this.heard = heard;
        }

        @Override
        public Optional<Event> event() {
            return Optional.empty();
        }

        @Override
        public void durable(long now) {
            returning.remove(session);
            if (session.isOpen() && !has(session)) {
                heard.accept(tryInstall(session));
            }
        }

        /** Until then the session has no entry. */
        @Override
        public boolean insists() {
            return true;
        }
    }

    /** Whether the data plane has an entry of the session, stopped or not. */
    boolean has(Session session) {
        return with.dataPlane().read(session.id().value(), session.place()).isPresent();
    }

    /** What the session used in all. */
    Traffic traffic(Session session) {
        if (session.stage() == Session.Stage.STARTING) {
            return session.before();
        }
        return with.dataPlane()
                .read(session.id().value(), session.place())
                .map(session.before()::plus)
                .orElse(session.reported());
    }

    /** What each of some sessions used in all, in their order. */
    List<Traffic> traffic(List<Session> sessions) {
        List<EntryId> entries = sessions.stream()
                .map(session -> new EntryId(session.id().value(), session.place()))
                .toList();
        List<Optional<Traffic>> read = with.dataPlane().readAll(entries);
        List<Traffic> inAll = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Session session = sessions.get(i);
            inAll.add(
                    session.stage() == Session.Stage.STARTING
                            ? session.before()
                            : read.get(i).map(session.before()::plus).orElse(session.reported()));
        }
        return inAll;
    }

    /** Stops the session's packets and reads for the last time; entry and counters stay. */
    Traffic stop(Session session) {
        return last(session, session.place());
    }

    /** The session's entry is free. */
    void remove(Session session) {
        try {
            with.dataPlane().remove(session.id().value(), session.place());
        } catch (DataPlaneException e) {
            failed(session, e);
        }
    }

    /**
     * Installs an open session at another place than before: its former entry lets nothing pass any more, and what it
     * counted counts on.
     *
     * @param former where it was; {@link #removeFormer} takes that away
     * @throws DataPlaneException when the data plane refuses: logged, counted, nothing changed there
     */
    void move(Session session, Ip4 former) throws DataPlaneException {
        try {
            with.dataPlane().install(of(session));
        } catch (DataPlaneException e) {
            failed(session, e);
            throw e;
        }
        session.before(last(session, former));
    }

    private Traffic last(Session session, Ip4 former) {
        try {
            return with.dataPlane()
                    .stop(session.id().value(), former)
                    .map(session.before()::plus)
                    .orElse(session.reported());
        } catch (DataPlaneException e) {
            failed(session, e);
            return session.reported();
        }
    }

    /** The entry at a former place is free. */
    void removeFormer(Session session, Ip4 former) {
        try {
            with.dataPlane().remove(session.id().value(), former);
        } catch (DataPlaneException e) {
            failed(session, e);
        }
    }

    private void failed(Session session, DataPlaneException failure) {
        with.counters().count(SessionCounter.DATAPLANE_FAILED);
        LOG.warn("{} data plane: {}", session.tag(), failure.getMessage());
    }
}
