package sluice.dataplane.xdp;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * The object in the kernel: maps that were pinned before or are now, and programs that were just verified. Closing it
 * gives the descriptors back; what is pinned stays.
 */
final class LoadedObject implements AutoCloseable {

    private final Map<String, BpfMap> maps = new LinkedHashMap<>();
    private final Map<String, Integer> programs = new LinkedHashMap<>();
    private int btf = -1;

    /**
     * Loads everything.
     *
     * @param capacities entries of those maps whose size is a setting; a pinned map keeps the size it has, one of
     *     sockets is made anew
     */
    LoadedObject(BpfObject object, Pins pins, Map<String, Integer> capacities) throws KernelException {
        try {
            btf = Bpf.loadBtf(object.btf().toBytes());
            for (MapSpec spec : object.maps()) {
                int entries = capacities.getOrDefault(spec.name(), spec.maxEntries());
                maps.put(spec.name(), openOrCreate(spec.withMaxEntries(entries), pins.map(spec.name())));
            }
            Map<String, Integer> descriptors = maps.values().stream()
                    .collect(Collectors.toMap(map -> map.spec().name(), BpfMap::fd));
            for (String program : object.programs()) {
                programs.put(program, Bpf.loadProgram(object.program(program, descriptors), btf));
            }
        } catch (KernelException | RuntimeException unusable) {
            close();
            throw unusable;
        }
    }

    private BpfMap openOrCreate(MapSpec spec, Path path) throws KernelException {
        if (Files.exists(path)) {
            BpfMap pinned = BpfMap.open(path, spec);
            if (pinned.spec().type() != MapSpec.XSKMAP || pinned.spec().maxEntries() == spec.maxEntries()) {
                return pinned;
            }
            pinned.close();
            Pins.remove(path); // sockets end with their process: nothing in it is worth keeping
        }
        BpfMap map = BpfMap.create(spec, btf);
        try {
            Bpf.pin(map.fd(), path);
            return map;
        } catch (KernelException refusal) {
            map.close();
            throw refusal;
        }
    }

    BpfMap map(String name) {
        BpfMap map = maps.get(name);
        if (map == null) {
            throw new IllegalArgumentException("No map " + name);
        }
        return map;
    }

    /** The descriptor of a program. */
    int program(String name) {
        Integer program = programs.get(name);
        if (program == null) {
            throw new IllegalArgumentException("No program " + name);
        }
        return program;
    }

    @Override
    public void close() throws KernelException {
        for (int program : programs.values()) {
            Libc.close(program);
        }
        for (BpfMap map : maps.values()) {
            map.close();
        }
        if (btf >= 0) {
            Libc.close(btf);
        }
        programs.clear();
        maps.clear();
        btf = -1;
    }
}
