package sluice.pools;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Journal;
import sluice.platform.api.Store;
import sluice.platform.api.Table;
import sluice.session.api.AddressGrant;
import sluice.session.api.AddressRefusal;
import sluice.session.api.AddressRequest;
import sluice.session.api.AddressSource;
import sluice.session.api.Network;
import sluice.session.api.PrefixSource;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

/**
 * Gives the addresses of the configured pools, and through {@link #prefixes} IPv6 prefixes. A changed, added or removed
 * pool makes a new component, which learns from the session engine who holds what; no address is given before that.
 *
 * <p>Safe for any thread; a call takes about a microsecond under one lock.
 */
@Component(service = {AddressSource.class, Inspectable.class, LocalPools.class})
public final class LocalPools implements AddressSource, Inspectable {

    /** A pool of which so much is in use wants the operator's attention. */
    private static final int FULL_PERCENT = 90;

    private final MonotonicClock clock;
    private final InstantSource wall;
    private final CounterSet<PoolCounter> counters = new CounterSet<>(PoolCounter.class);
    private final PoolMemory memory;
    private final List<AddressTable> tables;
    private final PrefixPools prefixes;

    @Activate
    public LocalPools(
            @Reference Journal journal,
            @Reference Store store,
            @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policyOption = ReferencePolicyOption.GREEDY)
                    List<Pool> pools,
            @Reference(cardinality = ReferenceCardinality.MULTIPLE, policyOption = ReferencePolicyOption.GREEDY)
                    List<PrefixPool> prefixPools) {
        this(journal, store, pools, prefixPools, MonotonicClock.system(), InstantSource.system());
    }

    /**
     * Pools that read and write what they remember.
     *
     * @param clock measures quarantine while the pools are there
     * @param wall measures it over a restart
     */
    LocalPools(
            Journal journal,
            Store store,
            List<Pool> pools,
            List<PrefixPool> prefixPools,
            MonotonicClock clock,
            InstantSource wall) {
        this.clock = clock;
        this.wall = wall;
        memory = new PoolMemory(journal, store, counters);
        tables = pools.stream()
                .sorted(Comparator.comparing(pool -> pool.network().name()))
                .map(AddressTable::new)
                .toList();
        refuseOverlaps();
        Set<String> names = networks().stream().map(Network::name).collect(Collectors.toSet());
        prefixes = new PrefixPools(journal, store, prefixPools, names, counters);
        long now = clock.millis();
        memory.recall(
                wall.millis(),
                (address, note) -> tableOf(address).ifPresent(table -> {
                    table.remember(note.owner(), address);
                    if (note.quarantine().isPositive()) {
                        table.resumeQuarantine(address, now + note.quarantine().toMillis());
                    }
                }));
    }

    @Override
    public AddressAnswer allocate(AddressRequest request) {
        synchronized (tables) {
            AddressAnswer answer = request.fixed().isPresent()
                    ? allocateFixed(request, request.fixed().get())
                    : allocateFree(request);
            switch (answer) {
                case AddressAnswer.Granted granted -> counters.count(PoolCounter.GRANTED);
                case AddressAnswer.Refused refused -> counters.count(counterOf(refused.reason()));
            }
            return answer;
        }
    }

    @Override
    public Optional<AddressGrant> restore(SessionId session, SessionKey key, Ip4 address) {
        synchronized (tables) {
            Optional<AddressTable> table = tableOf(address);
            if (table.isEmpty() || !table.get().takeFixed(address, session.value(), Owners.of(key), clock.millis())) {
                return Optional.empty();
            }
            counters.count(PoolCounter.RESTORED);
            return Optional.of(new AddressGrant(address, table.get().pool().network()));
        }
    }

    @Override
    public void release(SessionId session, Ip4 address) {
        synchronized (tables) {
            tableOf(address)
                    .filter(table -> table.release(session.value(), address))
                    .ifPresent(table -> {
                        counters.count(PoolCounter.RELEASED);
                        memory.remember(address, table.lastOwner(address));
                    });
        }
    }

    @Override
    public void quarantine(SessionId session, Ip4 address, Duration time) {
        synchronized (tables) {
            tableOf(address)
                    .filter(table -> table.quarantine(session.value(), address, time, clock.millis()))
                    .ifPresent(table -> {
                        counters.count(PoolCounter.QUARANTINED);
                        memory.quarantined(address, time, wall.millis());
                    });
        }
    }

    @Override
    public List<Network> networks() {
        return tables.stream().map(table -> table.pool().network()).toList();
    }

    @Override
    public PrefixSource prefixes() {
        return prefixes;
    }

    /** Quarantine counts as use: what is in it cannot be given to anybody. */
    @Override
    public int usedPercent(Network network) {
        synchronized (tables) {
            return tableOf(network.gateway())
                    .filter(table -> table.size() > 0)
                    .map(table ->
                            Math.toIntExact(100L * (table.held() + table.quarantined(clock.millis())) / table.size()))
                    .orElse(0);
        }
    }

    @Override
    public String name() {
        return "pools:list";
    }

    @Override
    public String description() {
        return "Pools of addresses and of IPv6 prefixes, and how full they are";
    }

    @Override
    public Table table() {
        List<List<String>> rows = new ArrayList<>();
        synchronized (tables) {
            for (AddressTable table : tables) {
                Network network = table.pool().network();
                int quarantined = table.quarantined(clock.millis());
                int free = Math.max(0, table.size() - table.held() - quarantined);
                rows.add(List.of(
                        network.name(),
                        network.prefix().toString(),
                        network.gateway().toString(),
                        Integer.toString(table.size()),
                        Integer.toString(table.held()),
                        Integer.toString(free),
                        Integer.toString(quarantined),
                        table.size() == 0 ? "-" : 100L * table.held() / table.size() + " %"));
            }
        }
        rows.addAll(prefixes.rows());
        return new Table(
                List.of("Pool", "Network", "Gateway", "Addresses", "Held", "Free", "Quarantine", "Used"), rows);
    }

    @Override
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        synchronized (tables) {
            for (AddressTable table : tables) {
                int free = table.size() - table.held() - table.quarantined(clock.millis());
                if (100L * free <= (100L - FULL_PERCENT) * table.size()) {
                    complaints.add("Pool " + table.pool().network().name() + " has " + Math.max(0, free) + " of "
                            + table.size() + " addresses left.");
                }
            }
        }
        complaints.addAll(prefixes.complaints(FULL_PERCENT));
        return complaints;
    }

    /** How full each pool is. */
    List<PoolUse> use() {
        synchronized (tables) {
            long now = clock.millis();
            Stream<PoolUse> addresses = tables.stream()
                    .map(table -> new PoolUse(
                            table.pool().network().name(), table.size(), table.held(), table.quarantined(now)));
            return Stream.concat(addresses, prefixes.use().stream()).toList();
        }
    }

    long counted(PoolCounter counter) {
        return counters.get(counter);
    }

    private AddressAnswer allocateFixed(AddressRequest request, Ip4 fixed) {
        Optional<AddressTable> table = tableOf(fixed);
        if (table.isEmpty()) {
            return new AddressAnswer.Refused(AddressRefusal.NO_NETWORK);
        }
        if (!table.get().takeFixed(fixed, request.session().value(), Owners.of(request.key()), clock.millis())) {
            return new AddressAnswer.Refused(AddressRefusal.ADDRESS_IN_USE);
        }
        return granted(table.get(), fixed);
    }

    private AddressAnswer allocateFree(AddressRequest request) {
        List<AddressTable> candidates = candidates(request);
        if (candidates.isEmpty()) {
            return new AddressAnswer.Refused(
                    request.pool().isPresent() ? AddressRefusal.UNKNOWN_POOL : AddressRefusal.NO_NETWORK);
        }
        Bytes owner = Owners.of(request.key());
        for (AddressTable table : candidates) {
            Optional<Ip4> address = table.take(request.session().value(), owner, request.requested(), clock.millis());
            if (address.isPresent()) {
                return granted(table, address.get());
            }
        }
        return new AddressAnswer.Refused(AddressRefusal.POOL_EXHAUSTED);
    }

    /** The named pool, or the one of the relay's link, or all. */
    private List<AddressTable> candidates(AddressRequest request) {
        if (request.pool().isPresent()) {
            String name = request.pool().get();
            return tables.stream()
                    .filter(table -> table.pool().network().name().equals(name))
                    .toList();
        }
        if (request.link().isPresent()) {
            return tableOf(request.link().get()).stream().toList();
        }
        return tables;
    }

    private static AddressAnswer granted(AddressTable table, Ip4 address) {
        return new AddressAnswer.Granted(new AddressGrant(address, table.pool().network()));
    }

    private static PoolCounter counterOf(AddressRefusal reason) {
        return switch (reason) {
            case UNKNOWN_POOL -> PoolCounter.REFUSED_UNKNOWN_POOL;
            case ADDRESS_IN_USE -> PoolCounter.REFUSED_IN_USE;
            case NO_NETWORK -> PoolCounter.REFUSED_NO_NETWORK;
            default -> PoolCounter.REFUSED_EXHAUSTED;
        };
    }

    private Optional<AddressTable> tableOf(Ip4 address) {
        for (AddressTable table : tables) {
            if (table.pool().network().prefix().contains(address)) {
                return Optional.of(table);
            }
        }
        return Optional.empty();
    }

    private void refuseOverlaps() {
        for (AddressTable one : tables) {
            for (AddressTable other : tables) {
                Network a = one.pool().network();
                Network b = other.pool().network();
                if (one != other && (a.prefix().contains(b.prefix()) || a.name().equals(b.name()))) {
                    throw new IllegalArgumentException("Pools " + a.name() + " " + a.prefix() + " and " + b.name() + " "
                            + b.prefix() + " overlap; correct etc/sluice.pools-*.cfg");
                }
            }
        }
    }
}
