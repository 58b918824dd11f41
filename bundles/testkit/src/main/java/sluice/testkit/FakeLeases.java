package sluice.testkit;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.dataplane.api.LeaseKey;
import sluice.dataplane.api.LeaseOffload;
import sluice.dataplane.api.LeaseTerms;
import sluice.dataplane.api.OffloadedLease;
import sluice.net.Ip4;

/**
 * Leases that a data plane answers for, in memory, also over a "restart" of the engine that put them there. A test says
 * when a client {@link #renew}s. Safe for any thread.
 */
public final class FakeLeases implements LeaseOffload {

    private final LongSupplier millis;
    private final Map<LeaseKey, Lease> leases = new HashMap<>();

    private static final class Lease {
        private final long session;
        private final Ip4 address;
        private final LeaseTerms terms;
        private long ends;
        private long answers;

        Lease(long session, Ip4 address, LeaseTerms terms, long ends) {
            this.session = session;
            this.address = address;
            this.terms = terms;
            this.ends = ends;
        }
    }

    /** @param millis the clock by which leases end */
    public FakeLeases(LongSupplier millis) {
        this.millis = millis;
    }

    @Override
    public synchronized boolean put(LeaseKey key, long session, Ip4 address, LeaseTerms terms, Duration remaining) {
        Lease before = leases.get(key);
        if (before != null && before.session != session) {
            return false;
        }
        leases.put(key, new Lease(session, address, terms, millis.getAsLong() + remaining.toMillis()));
        return true;
    }

    @Override
    public synchronized Optional<OffloadedLease> read(LeaseKey key, long session) {
        return Optional.ofNullable(leases.get(key))
                .filter(lease -> lease.session == session)
                .map(this::reading);
    }

    @Override
    public synchronized Optional<OffloadedLease> remove(LeaseKey key, long session) {
        Optional<OffloadedLease> last = read(key, session);
        if (last.isPresent()) {
            leases.remove(key);
        }
        return last;
    }

    @Override
    public synchronized Map<LeaseKey, OffloadedLease> all() {
        Map<LeaseKey, OffloadedLease> all = new HashMap<>();
        leases.forEach((key, lease) -> all.put(key, reading(lease)));
        return all;
    }

    /** Nobody is answered any more, and nobody knows who was. */
    public synchronized void forgetAll() {
        leases.clear();
    }

    /** The holder of the address asks for more time: true when the data plane gives it. */
    public synchronized boolean renew(Ip4 address) {
        for (Lease lease : leases.values()) {
            if (lease.address.equals(address) && lease.ends > millis.getAsLong()) {
                lease.ends = millis.getAsLong() + lease.terms.lease().toMillis();
                lease.answers++;
                return true;
            }
        }
        return false;
    }

    /** How many leases there are. */
    public synchronized int size() {
        return leases.size();
    }

    private OffloadedLease reading(Lease lease) {
        Duration remaining = Duration.ofMillis(lease.ends - millis.getAsLong());
        return new OffloadedLease(lease.session, remaining, lease.terms.lease(), lease.answers);
    }
}
