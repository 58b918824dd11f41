package sluice.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.LeaseKey;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.OffloadedLease;
import sluice.dataplane.api.SubscriberEntry;
import sluice.platform.api.Store;
import sluice.session.api.AddressGrant;
import sluice.session.api.AddressSource;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Network;

/**
 * Goes on after a restart: what the store says was granted is granted, what the data plane still forwards without a
 * grant is removed, what it has lost is installed again. Runs once, before frames are let in.
 */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Surroundings with;
    private final Store store;
    private final FrozenMoment now;

    /**
     * A stored session that goes on.
     *
     * @param grant empty when the session has no address
     * @param lease what the data plane granted while nobody listened; its protocol says anew on what terms it goes on
     */
    record Recovered(FrozenSession frozen, Optional<AddressGrant> grant, Optional<OffloadedLease> lease) {

        /** The same one, as it lies in the store now. */
        Recovered with(FrozenSession now) {
            return new Recovered(now, grant, lease);
        }
    }

    /** @param now monotonic milliseconds */
    Recovery(Surroundings with, Store store, long now) {
        this.with = with;
        this.store = store;
        this.now = new FrozenMoment(with.clock().millis(), now, with.boot());
    }

    /** The largest session id in the store, 0 when there is none. */
    static long largestId(Store store) {
        long[] largest = {0};
        store.scan(Turn.REGION, (key, value) -> {
            long id = 0;
            for (int i = 0; i < key.length(); i++) {
                id = id << 8 | key.at(i) & 0xff;
            }
            largest[0] = Math.max(largest[0], id);
        });
        return largest[0];
    }

    List<Recovered> run() throws DataPlaneException {
        DataPlane dataPlane = with.dataPlane();
        AddressSource addresses = with.addresses();
        List<NetworkEntry> networks = new ArrayList<>();
        for (Network network : addresses.networks()) {
            networks.add(new NetworkEntry(network.prefix(), network.gateway()));
        }
        dataPlane.networks(networks);

        Map<Long, List<SubscriberEntry>> entries = new HashMap<>();
        dataPlane
                .entries()
                .forEach(entry -> entries.computeIfAbsent(entry.session(), first -> new ArrayList<>(1))
                        .add(entry));
        Map<LeaseKey, OffloadedLease> leases = new HashMap<>(dataPlane.leases().all());
        List<FrozenSession> stored = stored();
        List<Recovered> recovered = new ArrayList<>();
        LostSessions lost = new LostSessions(with, now);
        LostEntries lostEntries = new LostEntries(with, now);
        for (FrozenSession frozen : stored) {
            Optional<SubscriberEntry> entry = takeOwn(frozen, entries);
            Optional<OffloadedLease> lease = takeLease(frozen, leases);
            boolean extended = lease.filter(one -> one.remaining().isPositive()).isPresent();
            if (lost.has(frozen, entry, extended)) {
                lost.add(frozen, entry);
            } else {
                Optional<Recovered> one = recover(frozen, lease);
                if (entry.isEmpty() && !frozen.before().equals(frozen.reported())) {
                    one.ifPresent(lostEntries::add);
                } else {
                    // also when it is there: it may be stopped, or the policy may have changed; its counters go on
                    one.ifPresent(session -> LostEntries.install(with, session.frozen(), entry.isPresent()));
                    one.ifPresent(recovered::add);
                }
            }
        }
        recovered.addAll(lostEntries.install());
        lost.end();
        for (List<SubscriberEntry> strays : entries.values()) {
            for (SubscriberEntry stray : strays) {
                remove(stray);
            }
        }
        leases.forEach((key, stray) -> dataPlane.leases().remove(key, stray.session()));
        recovered.sort(
                Comparator.comparingLong(one -> one.frozen().id().value())); // the oldest first, as limits see it
        return recovered;
    }

    /** The entry that the store knows of; one at another address is half of a move that a kill interrupted. */
    private Optional<SubscriberEntry> takeOwn(FrozenSession frozen, Map<Long, List<SubscriberEntry>> entries)
            throws DataPlaneException {
        Optional<SubscriberEntry> own = Optional.empty();
        for (SubscriberEntry entry : entries.getOrDefault(frozen.id().value(), List.of())) {
            if (entry.address().equals(frozen.address())) {
                own = Optional.of(entry);
            } else {
                remove(entry);
            }
        }
        entries.remove(frozen.id().value());
        return own;
    }

    /** The lease stays where it is: what it says may be more than what the store knows. */
    private static Optional<OffloadedLease> takeLease(FrozenSession frozen, Map<LeaseKey, OffloadedLease> leases) {
        LeaseKey key = Offloads.keyOf(frozen.key());
        Optional<OffloadedLease> own = Optional.ofNullable(leases.get(key))
                .filter(lease -> lease.session() == frozen.id().value());
        if (own.isPresent()) {
            leases.remove(key);
        }
        return own;
    }

    private void remove(SubscriberEntry stray) throws DataPlaneException {
        with.dataPlane().remove(stray.session(), stray.address());
        with.counters().count(SessionCounter.STRAY_REMOVED);
    }

    private List<FrozenSession> stored() {
        List<FrozenSession> stored = new ArrayList<>();
        store.scan(Turn.REGION, (key, value) -> {
            try {
                stored.add(FrozenSession.decode(value));
            } catch (IncompatibleState e) {
                with.counters().count(SessionCounter.PARKED);
                LOG.error("Session {} in the store: {}; it stays there untouched", key, e.getMessage());
            }
        });
        return stored;
    }

    private Optional<Recovered> recover(FrozenSession frozen, Optional<OffloadedLease> lease) {
        // also of one whose address is in no pool: it stays in the data plane
        new PrefixGrants(with)
                .hold(frozen.id(), frozen.key(), frozen.authorization().addressing());
        boolean withAddress = !frozen.address().isAny();
        Optional<AddressGrant> grant =
                withAddress ? with.addresses().restore(frozen.id(), frozen.key(), frozen.address()) : Optional.empty();
        if (withAddress && grant.isEmpty()) {
            with.counters().count(SessionCounter.PARKED);
            LOG.warn(
                    "session={} line={} holds {} which is in no pool now; it stays in the store and in the data plane"
                            + " until a pool has it again",
                    frozen.id(),
                    frozen.key().line(),
                    frozen.address());
            return Optional.empty();
        }
        with.counters().count(SessionCounter.RECOVERED);
        return Optional.of(new Recovered(frozen, grant, lease));
    }
}
