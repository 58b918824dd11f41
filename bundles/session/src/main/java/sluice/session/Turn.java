package sluice.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.LeaseTerms;
import sluice.platform.api.Event;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/** What a shard did and what becomes true only when it is durable: one transaction of the journal. Of one thread. */
final class Turn {

    static final String REGION = "session";

    private final Map<Session, Event> opened = new LinkedHashMap<>();
    private final Set<Session> changed = new LinkedHashSet<>();
    private final List<Event> interims = new ArrayList<>();
    private final List<Event> notes = new ArrayList<>();
    private final List<Promise> promises = new ArrayList<>();
    private final List<Ending> endings = new ArrayList<>();
    private final List<Frame> frames = new ArrayList<>();
    private final Map<Session, LeaseTerms> offloads = new LinkedHashMap<>();
    private final List<StoreChange> remembered = new ArrayList<>();

    /**
     * A session whose packets are stopped and that goes when the store has forgotten it.
     *
     * @param stop empty when its beginning was never durable, so that nobody learns of it
     */
    record Ending(Session session, Optional<Event> stop) {}

    /** Something that is true only when the turn is durable; called on the shard. */
    interface Promise {
        /** What the log is told with it. */
        Optional<Event> event();

        /** It is true. */
        void durable(long now);

        /** It is to be as it was. */
        void failed(long now);
    }

    void opened(Session session, Event start) {
        opened.put(session, start);
        changed.add(session);
    }

    void changed(Session session) {
        changed.add(session);
    }

    void interim(Event update) {
        interims.add(update);
    }

    /** Tells the log something that has happened already, so it is told again until it is durable. */
    void note(Event event) {
        notes.add(event);
    }

    void promise(Promise promise) {
        promises.add(promise);
    }

    void ending(Ending ending) {
        changed.remove(ending.session());
        endings.add(ending);
    }

    /** Makes something durable that nobody waits for. */
    void remember(StoreChange change) {
        remembered.add(change);
    }

    /** Sends the frame when everything is durable. */
    void send(Frame frame) {
        frames.add(frame);
    }

    /** Lets the data plane extend the grant when it is durable. */
    void offload(Session session, LeaseTerms terms) {
        offloads.put(session, terms);
    }

    Map<Session, LeaseTerms> offloads() {
        return offloads;
    }

    Map<Session, Event> opened() {
        return opened;
    }

    Set<Session> changed() {
        return changed;
    }

    List<Event> interims() {
        return interims;
    }

    List<Event> notes() {
        return notes;
    }

    List<Promise> promises() {
        return promises;
    }

    List<Ending> endings() {
        return endings;
    }

    List<Frame> frames() {
        return frames;
    }

    boolean isEmpty() {
        return changed.isEmpty()
                && endings.isEmpty()
                && interims.isEmpty()
                && notes.isEmpty()
                && promises.isEmpty()
                && frames.isEmpty()
                && offloads.isEmpty()
                && remembered.isEmpty();
    }

    /** How much it holds, for limits. */
    int size() {
        return changed.size()
                + endings.size()
                + interims.size()
                + notes.size()
                + promises.size()
                + frames.size()
                + remembered.size();
    }

    /** @param freezer makes a session's bytes as of now */
    Transaction transaction(java.util.function.Function<Session, FrozenSession> freezer) {
        List<StoreChange> changes = new ArrayList<>(changed.size() + endings.size() + remembered.size());
        changes.addAll(remembered);
        for (Session session : changed) {
            if (session.isOpen()) {
                changes.add(new StoreChange.Put(
                        REGION,
                        FrozenSession.keyOf(session.id()),
                        freezer.apply(session).encode()));
            }
        }
        List<Event> events = new ArrayList<>(opened.size() + interims.size() + endings.size());
        events.addAll(opened.values());
        promises.forEach(promise -> promise.event().ifPresent(events::add));
        events.addAll(notes);
        events.addAll(interims);
        for (Ending ending : endings) {
            changes.add(new StoreChange.Remove(
                    REGION, FrozenSession.keyOf(ending.session().id())));
            ending.stop().ifPresent(events::add);
        }
        return new Transaction(changes, events);
    }
}
