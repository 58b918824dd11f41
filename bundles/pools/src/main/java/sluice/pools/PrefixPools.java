package sluice.pools;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Bytes;
import sluice.net.Ip6Prefix;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Journal;
import sluice.platform.api.Store;
import sluice.session.api.AddressRefusal;
import sluice.session.api.PrefixRequest;
import sluice.session.api.PrefixSource;
import sluice.session.api.PrefixUse;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

/**
 * Gives the prefixes of the configured pools; part of {@link LocalPools} and as long there. Safe for any thread; a call
 * takes about a microsecond under one lock.
 *
 * <p>A pool that overlaps another, or has its name, gives nothing, and all others do: a slip in an IPv6 pool must not
 * end the IPv4 service.
 */
final class PrefixPools implements PrefixSource {

    private static final Logger LOG = LoggerFactory.getLogger(PrefixPools.class);

    /** So many names of pools that do not exist are logged. */
    private static final int UNKNOWN_MAX = 16;

    private final CounterSet<PoolCounter> counters;
    private final PrefixMemory memory;
    private final List<PrefixTable> tables = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final Set<String> exhausted = new HashSet<>();
    private final Set<String> unknown = new HashSet<>();

    /** @param taken names that the address pools have: of one name there is one pool in tables and metrics */
    PrefixPools(
            Journal journal, Store store, List<PrefixPool> pools, Set<String> taken, CounterSet<PoolCounter> counters) {
        this.counters = counters;
        memory = new PrefixMemory(journal, store, counters);
        pools.stream()
                .sorted(Comparator.comparing(PrefixPool::name).thenComparing(PrefixPool::network))
                .forEach(pool -> add(pool, taken));
        memory.recall((prefix, owner) -> unitTable(prefix).ifPresent(table -> table.remember(owner, prefix)));
    }

    @Override
    public PrefixAnswer allocate(PrefixRequest request) {
        synchronized (tables) {
            Optional<PrefixTable> table = named(request.pool());
            if (table.isEmpty()) {
                counters.count(PoolCounter.PREFIX_REFUSED_UNKNOWN_POOL);
                if (unknown.size() < UNKNOWN_MAX && unknown.add(request.pool())) {
                    LOG.warn("Prefix pool {} is to give a prefix and does not exist", request.pool());
                }
                return new PrefixAnswer.Refused(AddressRefusal.UNKNOWN_POOL);
            }
            OptionalLong number = table.get().take(request.session().value(), Owners.of(request.key(), request.use()));
            if (number.isEmpty()) {
                counters.count(PoolCounter.PREFIX_REFUSED_EXHAUSTED);
                if (exhausted.add(request.pool())) {
                    LOG.warn("Prefix pool {} is exhausted; sessions go on without its prefixes", request.pool());
                }
                return new PrefixAnswer.Refused(AddressRefusal.POOL_EXHAUSTED);
            }
            counters.count(PoolCounter.PREFIX_GRANTED);
            return new PrefixAnswer.Granted(table.get().pool().prefix(number.getAsLong()));
        }
    }

    @Override
    public boolean hold(SessionId session, SessionKey key, PrefixUse use, Ip6Prefix prefix) {
        Bytes owner = Owners.of(key, use);
        synchronized (tables) {
            boolean everywhere = true;
            for (PrefixTable table : tables) {
                everywhere &= table.hold(session.value(), owner, prefix);
            }
            if (!everywhere) {
                counters.count(PoolCounter.PREFIX_REFUSED_IN_USE);
            }
            return everywhere;
        }
    }

    @Override
    public void release(SessionId session, Ip6Prefix prefix) {
        synchronized (tables) {
            for (PrefixTable table : tables) {
                if (table.release(session.value(), prefix)) {
                    counters.count(PoolCounter.PREFIX_RELEASED);
                    recovered(useOf(table));
                    if (table.pool().isUnit(prefix)) {
                        memory.remember(prefix, table.lastOwner(prefix));
                    }
                }
            }
        }
    }

    /** How full each pool is. */
    List<PoolUse> use() {
        synchronized (tables) {
            return tables.stream().map(PrefixPools::useOf).toList();
        }
    }

    /** In columns of {@code pools:list}. */
    List<List<String>> rows() {
        synchronized (tables) {
            return tables.stream().map(PrefixPools::row).toList();
        }
    }

    /** What the operator should know of pools that give nothing, or soon will not. */
    List<String> complaints(int fullPercent) {
        List<String> complaints = new ArrayList<>(refused);
        for (PoolUse use : use()) {
            if (100 * use.available() <= (100L - fullPercent) * use.addresses()) {
                complaints.add("Pool " + use.pool() + " has " + use.available() + " of " + use.addresses()
                        + " prefixes left.");
            }
        }
        return complaints;
    }

    private void add(PrefixPool pool, Set<String> taken) {
        Optional<String> why = taken.contains(pool.name())
                ? Optional.of("has the name of an address pool")
                : tables.stream()
                        .map(PrefixTable::pool)
                        .filter(other -> other.name().equals(pool.name())
                                || other.network().contains(pool.network())
                                || pool.network().contains(other.network()))
                        .findFirst()
                        .map(other -> "overlaps pool " + other + ", or has its name");
        if (why.isPresent()) {
            refused.add("Prefix pool " + pool + " " + why.get() + ": it gives nothing.");
            LOG.error("Prefix pool gives nothing: {} {}; correct etc/sluice.pools.prefix-*.cfg", pool, why.get());
        } else {
            tables.add(new PrefixTable(pool));
        }
    }

    /** It counts as exhausted until a tenth is free, so that one who comes and goes is not an episode each time. */
    private void recovered(PoolUse use) {
        if (10 * use.available() >= use.addresses()) {
            exhausted.remove(use.pool());
        }
    }

    private static PoolUse useOf(PrefixTable table) {
        return new PoolUse(table.pool().name(), table.pool().size(), table.taken(), 0);
    }

    private static List<String> row(PrefixTable table) {
        PoolUse use = useOf(table);
        return List.of(
                use.pool(),
                table.pool().network().toString(),
                "/" + table.pool().length() + " each",
                Long.toString(use.addresses()),
                Long.toString(use.held()),
                Long.toString(use.available()),
                Long.toString(use.quarantined()),
                100 * use.held() / use.addresses() + " %");
    }

    private Optional<PrefixTable> named(String name) {
        return tables.stream().filter(table -> table.pool().name().equals(name)).findFirst();
    }

    private Optional<PrefixTable> unitTable(Ip6Prefix prefix) {
        return tables.stream().filter(table -> table.pool().isUnit(prefix)).findFirst();
    }
}
