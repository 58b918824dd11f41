package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sluice.dataplane.api.DataPlaneProbe.Contradiction;
import sluice.dataplane.xdp.GatewaySettings.IndexedNetwork;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;

/**
 * Compares the kernel's maps with the entries that they lead to: ways that lead to nobody, and entries to which no way
 * leads. Reads the maps themselves, not what this process remembers of them. Used once, by one thread.
 */
final class EntryAudit {

    private static final int BATCH = 1024;
    private static final String UNKNOWN = "leads to the entry, which is not known to have it";

    private final EntryMaps maps;
    private final SubscriberTable table;
    private final GatewaySettings settings;
    private final EntryKeys remembered;
    private final int spareFirst;
    private final List<Contradiction> found = new ArrayList<>();

    /** @param remembered prefixes and routes of an entry as this process believes them to be */
    EntryAudit(EntryMaps maps, GatewaySettings settings, EntryKeys remembered) {
        this.maps = maps;
        this.table = maps.table();
        this.settings = settings;
        this.remembered = remembered;
        this.spareFirst = table.count() - maps.spareCount();
    }

    List<Contradiction> run() throws KernelException {
        Map<Ip4, Integer> outside = outside();
        Map<Ip6Prefix, Integer> prefixes = prefixes();
        Map<Ip4Prefix, Integer> routes = routes();
        Map<PppoeKey, Integer> pppoe = pppoe();
        for (int index = 0; index < table.count(); index++) {
            if (table.isInstalled(index)) {
                checkAddress(index, outside);
                checkPrefixes(index, remembered.prefixes(index), prefixes);
                checkPrefixes(index, remembered.routes(index), routes);
                checkPppoe(index, pppoe);
            }
        }
        return found;
    }

    private Map<Ip4, Integer> outside() throws KernelException {
        Map<Ip4, Integer> all = new HashMap<>();
        maps.outside().forEach(BATCH, (key, value) -> {
            Ip4 address = new Ip4(Integer.reverseBytes(key.get(JAVA_INT, 0)));
            int index = value.get(JAVA_INT, 0);
            all.put(address, index);
            if (!isInstalled(index)) {
                addNobodys(address, index);
            } else if (!table.address(index).equals(address)) {
                add(index, address.toString(), "leads to the entry of " + table.address(index));
            }
        });
        return all;
    }

    private Map<Ip6Prefix, Integer> prefixes() throws KernelException {
        Map<Ip6Prefix, Integer> all = read(maps.prefixes());
        Set<Integer> lengths = new HashSet<>(settings.prefixLengths());
        all.forEach((prefix, index) -> {
            if (!isInstalled(index)) {
                addNobodys(prefix, index);
            } else if (!remembered.prefixes(index).contains(prefix)) {
                add(index, prefix.toString(), UNKNOWN);
            } else if (!lengths.contains(prefix.length())) {
                add(index, prefix.toString(), "is not looked for: its length is not among the settings");
            }
        });
        return all;
    }

    private Map<Ip4Prefix, Integer> routes() throws KernelException {
        Map<Ip4Prefix, Integer> all = read(maps.routes());
        all.forEach((route, index) -> {
            if (!isInstalled(index)) {
                addNobodys(route, index);
            } else if (!remembered.routes(index).contains(route)) {
                add(index, route.toString(), UNKNOWN);
            }
        });
        return all;
    }

    private static <P> Map<P, Integer> read(PrefixStore<P> store) throws KernelException {
        Map<P, Integer> all = new HashMap<>();
        store.forEach(all::put);
        return all;
    }

    private void addNobodys(Object subject, int index) {
        found.add(new Contradiction(0, subject.toString(), "leads to entry " + index + ", which is nobody's"));
    }

    private Map<PppoeKey, Integer> pppoe() throws KernelException {
        Map<PppoeKey, Integer> all = new HashMap<>();
        maps.pppoe().forEach(BATCH, (bytes, value) -> {
            PppoeKey key = PppoeKey.read(bytes);
            int index = value.get(JAVA_INT, 0);
            all.put(key, index);
            if (!isInstalled(index)) {
                addNobodys(text(key), index);
            } else if (!table.pppoe(index).equals(Optional.of(key))) {
                add(index, text(key), "leads to an entry that is not of this PPPoE session");
            }
        });
        return all;
    }

    private void checkAddress(int index, Map<Ip4, Integer> outside) {
        Ip4 address = table.address(index);
        if (index >= spareFirst) {
            if (!address.equals(Ip4.ANY) && outside.getOrDefault(address, -1) != index) {
                add(index, address.toString(), "has an entry to which nothing leads");
            }
            if (!address.equals(Ip4.ANY) && settings.networkOf(address).isPresent()) {
                add(index, address.toString(), "has entry " + index + ", which is outside its network");
            }
            return;
        }
        Optional<IndexedNetwork> network = settings.networks().stream()
                .filter(one -> one.first() <= index && index < one.end())
                .findFirst();
        if (network.isEmpty()) {
            add(index, address.toString(), "has entry " + index + ", which is in no network");
        } else if (!network.get().contains(address) || network.get().indexOf(address) != index) {
            add(index, address.toString(), "stands in entry " + index + ", which is another address's");
        }
    }

    private <P> void checkPrefixes(int index, List<P> known, Map<P, Integer> prefixes) {
        for (P prefix : known) {
            if (prefixes.getOrDefault(prefix, -1) != index) {
                add(index, prefix.toString(), "does not lead to its entry");
            }
        }
    }

    private void checkPppoe(int index, Map<PppoeKey, Integer> pppoe) {
        table.pppoe(index)
                .filter(key -> pppoe.getOrDefault(key, -1) != index)
                .ifPresent(key -> add(index, text(key), "does not lead to its entry"));
    }

    private boolean isInstalled(int index) {
        return index >= 0 && index < table.count() && table.isInstalled(index);
    }

    private void add(int index, String subject, String sentence) {
        found.add(new Contradiction(table.session(index), subject, sentence));
    }

    private static String text(PppoeKey key) {
        return "PPPoE " + key.session() + " of " + key.mac();
    }
}
