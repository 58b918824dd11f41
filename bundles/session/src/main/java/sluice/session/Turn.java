package sluice.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.LeaseTerms;
import sluice.platform.api.Event;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/**
 * What a shard did and what becomes true only when it is durable: one transaction of the journal, or several when it is
 * large ({@link #moveTo}). What concerns one session and depends on each other is never torn apart. Of one thread.
 */
final class Turn {

    static final String REGION = "session";

    private final Map<Session, Event> opened = new LinkedHashMap<>();
    private final Set<Session> changed = new LinkedHashSet<>();
    private final List<Event> interims = new ArrayList<>();
    private final List<Event> notes = new ArrayList<>();
    private final Map<Session, List<Promise>> promises = new LinkedHashMap<>();
    private final Map<Session, Ending> endings = new LinkedHashMap<>();
    private final Map<Session, List<Frame>> frames = new LinkedHashMap<>();
    private final Map<Session, LeaseTerms> offloads = new LinkedHashMap<>();
    private final List<LastWords.Word> remembered = new ArrayList<>();

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
        default void failed(long now) {}

        /**
         * The shard ends and never hears which of both it is. Gives back what either leaves over: who recovers takes
         * what the store says before anybody else takes anything.
         */
        default void unheard() {}

        /** Whether it is promised again until it is durable, in place of {@link #failed}. */
        default boolean insists() {
            return false;
        }
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

    void promise(Session session, Promise promise) {
        promises.computeIfAbsent(session, first -> new ArrayList<>()).add(promise);
    }

    void ending(Ending ending) {
        changed.remove(ending.session());
        endings.put(ending.session(), ending);
    }

    /** Makes something durable that nobody waits for. */
    void remember(LastWords.Word word) {
        remembered.add(word);
    }

    /** Sends the frame when everything that the turn has of this session is durable. */
    void send(Session session, Frame frame) {
        frames.computeIfAbsent(session, first -> new ArrayList<>()).add(frame);
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
        return promises.values().stream().flatMap(List::stream).toList();
    }

    /** Those that are promised again when the turn is not durable. */
    Map<Session, List<Promise>> insisting() {
        Map<Session, List<Promise>> insisting = new LinkedHashMap<>();
        promises.forEach((session, all) -> {
            List<Promise> those = all.stream().filter(Promise::insists).toList();
            if (!those.isEmpty()) {
                insisting.put(session, those);
            }
        });
        return insisting;
    }

    List<Ending> endings() {
        return List.copyOf(endings.values());
    }

    List<Frame> frames() {
        return frames.values().stream().flatMap(List::stream).toList();
    }

    List<LastWords.Word> remembered() {
        return remembered;
    }

    boolean isEmpty() {
        return size() == 0 && offloads.isEmpty() && opened.isEmpty();
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

    /**
     * Moves as much as fits into a transaction to an empty turn: what sessions began and changed before notes and
     * interims, and ends last, so that a session's events keep their order. Something larger than the limit goes alone.
     *
     * @param bytesMax size of the transaction, bytes
     * @param freezer makes a session's bytes as of now
     */
    Transaction moveTo(Turn piece, int bytesMax, Function<Session, FrozenSession> freezer) {
        Load load = new Load(bytesMax);
        boolean room = load.fill(remembered, piece.remembered, word -> Load.of(word.change()))
                && moveAlive(piece, load, freezer)
                && load.fill(notes, piece.notes, Load::of)
                && load.fill(interims, piece.interims, Load::of);
        if (room) {
            moveEndings(piece, load);
        }
        return load.transaction();
    }

    private boolean moveAlive(Turn piece, Load load, Function<Session, FrozenSession> freezer) {
        Set<Session> alive = new LinkedHashSet<>(changed);
        alive.addAll(opened.keySet());
        alive.addAll(promises.keySet());
        alive.addAll(offloads.keySet());
        alive.addAll(frames.keySet());
        for (Session session : alive) {
            if (!load.take(partOf(session, freezer))) {
                return false;
            }
            if (changed.remove(session)) {
                piece.changed.add(session);
            }
            move(session, opened, piece.opened);
            move(session, promises, piece.promises);
            move(session, offloads, piece.offloads);
            if (!endings.containsKey(session)) {
                move(session, frames, piece.frames);
            }
        }
        return true;
    }

    private void moveEndings(Turn piece, Load load) {
        for (Ending ending : endings()) {
            StoreChange gone = new StoreChange.Remove(
                    REGION, FrozenSession.keyOf(ending.session().id()));
            if (!load.take(new Load.Part(List.of(gone), ending.stop().stream().toList()))) {
                return;
            }
            move(ending.session(), endings, piece.endings);
            move(ending.session(), frames, piece.frames);
        }
    }

    private Load.Part partOf(Session session, Function<Session, FrozenSession> freezer) {
        List<StoreChange> changes = new ArrayList<>();
        if (changed.contains(session) && session.isOpen()) {
            changes.add(new StoreChange.Put(
                    REGION,
                    FrozenSession.keyOf(session.id()),
                    freezer.apply(session).encode()));
        }
        List<Event> events = new ArrayList<>();
        if (opened.containsKey(session)) {
            events.add(opened.get(session));
        }
        promises.getOrDefault(session, List.of())
                .forEach(promise -> promise.event().ifPresent(events::add));
        return new Load.Part(changes, events);
    }

    private static <T> void move(Session session, Map<Session, T> from, Map<Session, T> to) {
        if (from.containsKey(session)) {
            to.put(session, from.remove(session));
        }
    }
}
