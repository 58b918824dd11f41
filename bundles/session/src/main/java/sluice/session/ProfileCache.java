package sluice.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.platform.api.Store;
import sluice.platform.api.StoreChange;
import sluice.session.api.Authorization;
import sluice.session.api.SessionKey;

/**
 * What servers accepted last, for the time when none answers: in the store, by user name, line and device. A device
 * that gives another name, or the same on another line, is nobody it knows. Only the age of each is in memory. Bounded:
 * the oldest is forgotten first. Belongs to one shard.
 *
 * <p>An acceptance as it lies in the store: a version byte, when it was given (wall clock milliseconds, 64 bits), the
 * shard hash of its session (32 bits), the authorization.
 */
final class ProfileCache {

    static final String REGION = "profile";

    private static final Logger LOG = LoggerFactory.getLogger(ProfileCache.class);
    private static final int VERSION = 1;

    /** An acceptance that says the same is written again when it became older than this part of its greatest age. */
    private static final int FRESH_PART = 24;

    private final Store store;
    private final int most;
    /** The oldest first. */
    private final Map<Bytes, Known> known = new LinkedHashMap<>();

    /**
     * @param at wall clock milliseconds
     * @param content hash of the authorization, 0 when it was not seen since the start
     */
    private record Known(long at, int content) {

        /** One from the future, which a clock that was wrong left behind, is older than anything is allowed to be. */
        boolean isOlderThan(long millis, long wall) {
            return at > wall || wall - at > millis;
        }
    }

    /**
     * One that was found in the store at the start.
     *
     * @param at wall clock milliseconds
     */
    record Stored(Bytes key, long at, int shardHash) {}

    /** @param most how many this shard remembers; 0: none */
    ProfileCache(Store store, int most) {
        this.store = store;
        this.most = most;
    }

    /** All that are in the store, the oldest first; for {@link #restore}. Reads the whole region. */
    static List<Stored> stored(Store store) {
        List<Stored> all = new ArrayList<>();
        store.scan(REGION, (key, value) -> {
            try {
                WireReader in = new WireReader(value);
                in.u8();
                all.add(new Stored(key, in.u64(), (int) in.u32()));
            } catch (MalformedPacket e) {
                LOG.warn("A remembered acceptance is damaged; it is not used");
            }
        });
        all.sort(Comparator.comparingLong(Stored::at));
        return all;
    }

    void restore(Stored stored) {
        known.put(stored.key(), new Known(stored.at(), 0));
    }

    /**
     * A server accepted.
     *
     * @param age how old an acceptance may be to be of use
     * @param wall wall clock milliseconds
     * @return what is to be made durable
     */
    List<StoreChange> accepted(
            SessionKey session, String userName, Authorization authorization, Duration age, long wall) {
        if (most == 0) {
            return List.of();
        }
        Bytes key = keyOf(session, userName);
        Known before = known.get(key);
        int content = authorization.hashCode();
        if (before != null && before.content() == content && !before.isOlderThan(age.toMillis() / FRESH_PART, wall)) {
            return List.of();
        }
        List<StoreChange> changes = new ArrayList<>(2);
        known.remove(key);
        if (known.size() >= most) {
            Bytes oldest = known.keySet().iterator().next();
            known.remove(oldest);
            changes.add(new StoreChange.Remove(REGION, oldest));
        }
        known.put(key, new Known(wall, content));
        changes.add(new StoreChange.Put(REGION, key, encode(session, authorization, wall)));
        return changes;
    }

    /**
     * A server refused: nothing that was accepted before counts any more.
     *
     * @return what is to be made durable
     */
    List<StoreChange> rejected(SessionKey session, String userName) {
        Bytes key = keyOf(session, userName);
        return known.remove(key) == null ? List.of() : List.of(new StoreChange.Remove(REGION, key));
    }

    /**
     * What a server said last. Reads the store, which takes some microseconds.
     *
     * @param age the oldest that is of use
     * @param wall wall clock milliseconds
     */
    Optional<Authorization> find(SessionKey session, String userName, Duration age, long wall) {
        Bytes key = keyOf(session, userName);
        Known found = known.get(key);
        if (found == null || found.isOlderThan(age.toMillis(), wall)) {
            return Optional.empty();
        }
        return store.get(REGION, key).flatMap(ProfileCache::decode);
    }

    int size() {
        return known.size();
    }

    private static Bytes encode(SessionKey session, Authorization authorization, long wall) {
        WireWriter out = new WireWriter(256);
        out.u8(VERSION).u64(wall).u32(session.shardHash() & 0xFFFF_FFFFL);
        FrozenAuthorization.encodeFirst(out, authorization);
        FrozenAuthorization.encodeSecond(out, authorization);
        return out.toBytes();
    }

    private static Optional<Authorization> decode(Bytes value) {
        try {
            WireReader in = new WireReader(value);
            if (in.u8() != VERSION) {
                return Optional.empty();
            }
            in.skip(12);
            Authorization first = FrozenAuthorization.decodeFirst(in);
            return Optional.of(FrozenAuthorization.decodeSecond(in, first));
        } catch (MalformedPacket | IllegalArgumentException e) {
            LOG.warn("A remembered acceptance is damaged ({}); it is not used", e.getMessage());
            return Optional.empty();
        }
    }

    private static Bytes keyOf(SessionKey session, String userName) {
        LineId line = session.line();
        WireWriter out = new WireWriter(96);
        out.u16(line.port()).u16(line.svlan()).u16(line.cvlan());
        out.u16(line.circuitId().length()).bytes(line.circuitId());
        out.u16(line.remoteId().length()).bytes(line.remoteId());
        return out.mac(session.mac()).bytes(Bytes.utf8(userName)).toBytes();
    }
}
