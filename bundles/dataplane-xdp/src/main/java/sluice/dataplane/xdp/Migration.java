package sluice.dataplane.xdp;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * What programs of another layout of the maps left in force, on its way into ours: entries, counters, settings and
 * everything else that both layouts have, by the names of the fields. The kernel keeps the types of pinned maps, so any
 * other version, older or newer, can be read.
 *
 * <p>In this order: maps are copied while the former programs go on; each link gets its present program, without a gap;
 * when no former program runs any more, what they counted since the copy is added; then the former pins go. Packets
 * pass all the time. A bucket of a policer may let its burst pass a second time, since for some milliseconds there are
 * two of it. Counters never go back. The death of Java after the first link was switched loses what former programs
 * count from the copy on, until the next start switches the rest: for milliseconds on the interfaces that were
 * switched, for as long as Java is away on the others. Before the first switch everything begins again.
 */
final class Migration implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

    private final Pins pins;
    private final Optional<Path> source;
    private final Map<String, FormerMap> former = new HashMap<>();
    private final List<MapCopy> copies = new ArrayList<>();

    private Migration(Pins pins, Optional<Path> source) {
        this.pins = pins;
        this.source = source;
    }

    /** Looks what is in force. Programs of our own layout, or none, need no migration. */
    static Migration into(Pins pins, BpfObject object) throws KernelException {
        Optional<Path> source = pins.otherInForce();
        Migration migration = new Migration(pins, source);
        if (source.isEmpty()) {
            return migration;
        }
        pins.removeMaps(); // of a migration that did not come to its end
        try {
            for (MapSpec spec : object.maps()) {
                Path path = Pins.map(source.get(), spec.name());
                if (Files.exists(path)) {
                    migration.former.put(spec.name(), FormerMap.open(path, spec.name()));
                }
            }
            return migration;
        } catch (KernelException | RuntimeException unusable) {
            migration.close();
            throw unusable;
        }
    }

    /** The capacities that our maps get: those of the former maps, because they are part of what indexes mean. */
    Map<String, Integer> capacities(Map<String, Integer> wanted) {
        Map<String, Integer> capacities = new HashMap<>(wanted);
        capacities.replaceAll((name, entries) ->
                former.containsKey(name) ? former.get(name).map().spec().maxEntries() : entries);
        return capacities;
    }

    /** Fills our maps, which are empty and used by no program yet. */
    void copy(BpfObject object, LoadedObject loaded) throws KernelException {
        if (former.isEmpty() || !isUnderstood(object)) {
            return;
        }
        for (MapSpec spec : object.maps()) {
            FormerMap old = former.get(spec.name());
            if (old != null && old.fits(spec)) {
                copies.add(copyOf(old, loaded.map(spec.name()), object.btf()));
            }
        }
        for (MapCopy copy : copies) {
            copy.copy();
        }
        LOG.info("maps of layout {} are copied", source.map(Path::getFileName).orElseThrow());
    }

    /** Before entries had a session of their own they cannot be told from each other. */
    private boolean isUnderstood(BpfObject object) {
        FormerMap subscribers = former.get("subscribers");
        boolean understood = subscribers != null
                && subscribers.types().isPresent()
                && subscribers.map().spec().type() == object.map("subscribers").type()
                && subscribers.types().get().members(subscribers.map().spec().valueType()).stream()
                        .anyMatch(member -> member.name().equals("session"));
        if (!understood) {
            LOG.warn(
                    "layout {} is not understood: entries are installed again, their counters begin at zero",
                    source.map(Path::getFileName).orElseThrow());
        }
        return understood;
    }

    private static MapCopy copyOf(FormerMap old, BpfMap present, Btf types) throws KernelException {
        MapSpec spec = present.spec();
        FieldMoves values = old.valuesInto(spec, types);
        boolean shared = old.map().spec().isShared() && spec.isShared();
        return shared
                ? new ArrayCopy(old.map(), present, values)
                : new KeyedCopy(old.map(), present, old.keysInto(spec, types), values, Verdicts.possibleProcessors());
    }

    /** Adds what the former programs counted after the copy, once all links have ours; forgets the former maps. */
    void finish() throws KernelException {
        if (!copies.isEmpty()) {
            Libc.awaitRunningPrograms();
        }
        for (MapCopy copy : copies) {
            copy.catchUp();
        }
        close();
        pins.removeOthers();
    }

    @Override
    public void close() throws KernelException {
        for (MapCopy copy : copies) {
            copy.close();
        }
        copies.clear();
        for (FormerMap map : former.values()) {
            map.close();
        }
        former.clear();
    }
}
