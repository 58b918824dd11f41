package sluice.dataplane.xdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.LeaseAnswers;
import sluice.dataplane.api.LeaseKey;
import sluice.dataplane.api.LeaseOffload;
import sluice.dataplane.api.LeaseTerms;
import sluice.dataplane.api.OffloadedLease;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * The leases for which the programs answer. What the programs write (expiry, answers) is never written over: a value is
 * taken out of the map whole before another takes its place, and meanwhile requests go to Java. Expiry is on the boot
 * clock, so that neither a set wall clock nor sleep moves it.
 */
final class Leases implements LeaseOffload {

    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    private static final int BATCH = 1024;

    private final BpfMap leases;
    private final DhcpProfiles profiles;
    private final Verdicts verdicts;
    private final boolean enabled;
    private volatile boolean full;

    /**
     * @param enabled whether the programs answer at all
     * @throws KernelException when the maps cannot be written
     */
    Leases(LoadedObject loaded, boolean enabled) throws KernelException {
        this.leases = loaded.map("leases");
        this.profiles = new DhcpProfiles(loaded.map("dhcp_profiles"));
        this.verdicts = new Verdicts(loaded.map("verdicts"));
        this.enabled = enabled;
        leases.forEach(BATCH, (key, value) -> profiles.inherit(LeaseLayout.profile(value)));
        loaded.map("dhcp_fast_path").put(0, enabled ? 1 : 0);
    }

    @Override
    public Optional<LeaseAnswers> answers() {
        if (!enabled) {
            return Optional.empty();
        }
        try {
            Map<Verdict, Long> counts = verdicts.read();
            return Optional.of(new LeaseAnswers(
                    counts.getOrDefault(Verdict.FAST_OFFER, 0L), counts.getOrDefault(Verdict.FAST_ACK, 0L)));
        } catch (KernelException unreadable) {
            LOG.debug("Answers of the kernel cannot be counted: {}", unreadable.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public boolean put(LeaseKey key, long session, Ip4 address, LeaseTerms terms, Duration remaining) {
        if (!enabled || !DhcpProfiles.fits(terms) || remaining.isNegative()) {
            return false;
        }
        LeaseTerms fitting = terms.relay().length() > LeaseLayout.RELAY_MAX ? terms.withRelay(Bytes.EMPTY) : terms;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment where = key(arena, key);
            OptionalInt profile = profiles.acquire(fitting);
            if (profile.isEmpty()) {
                return refused("all kinds of answers are taken");
            }
            try {
                boolean done = insert(arena, where, session, address, fitting, profile.getAsInt(), remaining)
                        || replace(arena, where, session, address, fitting, profile.getAsInt(), remaining);
                if (!done) {
                    profiles.release(profile.getAsInt());
                }
                return done;
            } catch (KernelException refusal) {
                profiles.release(profile.getAsInt());
                return refused(String.valueOf(refusal.getMessage()));
            }
        } catch (KernelException refusal) {
            return refused(String.valueOf(refusal.getMessage()));
        }
    }

    private boolean insert(
            Arena arena,
            MemorySegment where,
            long session,
            Ip4 address,
            LeaseTerms terms,
            int profile,
            Duration remaining)
            throws KernelException {
        MemorySegment value = arena.allocate(LeaseLayout.VALUE_BYTES, Long.BYTES);
        long expiry = Libc.bootNanos() + remaining.toNanos();
        LeaseLayout.writeValue(value, session, address, terms, profile, expiry, 0);
        try {
            Bpf.insert(leases.fd(), where, value);
            full = false;
            return true;
        } catch (KernelException refusal) {
            if (refusal.errno() == KernelException.EEXIST) {
                return false;
            }
            throw refusal;
        }
    }

    /**
     * Another session has the key only when two devices of a line have one MAC address: then the first one keeps it.
     */
    private boolean replace(
            Arena arena,
            MemorySegment where,
            long session,
            Ip4 address,
            LeaseTerms terms,
            int profile,
            Duration remaining)
            throws KernelException {
        MemorySegment value = arena.allocate(LeaseLayout.VALUE_BYTES, Long.BYTES);
        Bpf.lookup(leases.fd(), where, value);
        if (LeaseLayout.session(value) != session) {
            return false;
        }
        Bpf.take(leases.fd(), where, value);
        profiles.release(LeaseLayout.profile(value));
        MemorySegment renewed = arena.allocate(LeaseLayout.VALUE_BYTES, Long.BYTES);
        long expiry = Libc.bootNanos() + remaining.toNanos();
        LeaseLayout.writeValue(renewed, session, address, terms, profile, expiry, LeaseLayout.answers(value));
        if (terms.relay().isEmpty()) {
            LeaseLayout.copyRelay(value, renewed);
        }
        Bpf.insert(leases.fd(), where, renewed);
        return true;
    }

    @Override
    public Optional<OffloadedLease> read(LeaseKey key, long session) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(LeaseLayout.VALUE_BYTES, Long.BYTES);
            Bpf.lookup(leases.fd(), key(arena, key), value);
            return Optional.of(reading(value)).filter(lease -> lease.session() == session);
        } catch (KernelException refusal) {
            return absent(refusal);
        }
    }

    @Override
    public Optional<OffloadedLease> remove(LeaseKey key, long session) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment where = key(arena, key);
            MemorySegment value = arena.allocate(LeaseLayout.VALUE_BYTES, Long.BYTES);
            Bpf.lookup(leases.fd(), where, value);
            if (LeaseLayout.session(value) != session) {
                return Optional.empty();
            }
            return Optional.of(take(where, value));
        } catch (KernelException refusal) {
            return absent(refusal);
        }
    }

    @Override
    public Map<LeaseKey, OffloadedLease> all() {
        Map<LeaseKey, OffloadedLease> all = new HashMap<>();
        try {
            leases.forEach(BATCH, (key, value) -> all.put(LeaseLayout.key(key), reading(value)));
            return all;
        } catch (KernelException refusal) {
            throw new IllegalStateException("The leases cannot be read: " + refusal.getMessage(), refusal);
        }
    }

    /**
     * A lease as an operator reads it.
     *
     * @param seconds what an ACK grants
     */
    record Held(Ip4 address, OffloadedLease reading, int seconds) {}

    /** All leases in the map, which stay there. */
    List<Held> held() throws KernelException {
        List<Held> held = new ArrayList<>();
        leases.forEach(
                BATCH,
                (key, value) ->
                        held.add(new Held(LeaseLayout.address(value), reading(value), LeaseLayout.seconds(value))));
        return held;
    }

    private OffloadedLease take(MemorySegment where, MemorySegment value) throws KernelException {
        Bpf.take(leases.fd(), where, value);
        profiles.release(LeaseLayout.profile(value));
        return reading(value);
    }

    private static OffloadedLease reading(MemorySegment value) throws KernelException {
        Duration remaining = Duration.ofNanos(LeaseLayout.expiry(value) - Libc.bootNanos());
        Duration lease = Duration.ofSeconds(Integer.toUnsignedLong(LeaseLayout.seconds(value)));
        return new OffloadedLease(LeaseLayout.session(value), remaining, lease, LeaseLayout.answers(value));
    }

    private static Optional<OffloadedLease> absent(KernelException refusal) {
        if (refusal.errno() != KernelException.ENOENT) {
            throw new IllegalStateException("The leases cannot be read: " + refusal.getMessage(), refusal);
        }
        return Optional.empty();
    }

    private boolean refused(String reason) {
        if (!full) {
            full = true;
            LOG.warn("A lease is not answered in the kernel, its requests go to the DHCP server: {}", reason);
        }
        return false;
    }

    private static MemorySegment key(Arena arena, LeaseKey key) {
        MemorySegment where = arena.allocate(LeaseLayout.KEY_BYTES, Long.BYTES);
        LeaseLayout.writeKey(where, key);
        return where;
    }
}
