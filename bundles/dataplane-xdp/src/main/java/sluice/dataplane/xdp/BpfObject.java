package sluice.dataplane.xdp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The compiled data plane: which maps it wants, which programs it has, and what their values look like. Nothing is in
 * the kernel yet. Immutable.
 */
final class BpfObject {

    private static final String RESOURCE = "dataplane.o";
    private static final String PROGRAMS = "xdp";
    private static final int DIGITS = 12;

    private final ElfObject elf;
    private final Btf btf;
    private final List<MapSpec> maps;

    BpfObject(byte[] file) {
        elf = new ElfObject(file);
        btf = new Btf(elf.contents(".BTF"));
        btf.fixSections(elf);
        maps = readMaps();
    }

    /** The object that was built with this bundle. */
    static BpfObject ofBundle() {
        try (InputStream in = BpfObject.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("The bundle has no " + RESOURCE);
            }
            return new BpfObject(in.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    Btf btf() {
        return btf;
    }

    List<MapSpec> maps() {
        return maps;
    }

    MapSpec map(String name) {
        return maps.stream()
                .filter(map -> map.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The BPF object has no map " + name));
    }

    /** Names of the programs. */
    List<String> programs() {
        return programSymbols().stream().map(ElfObject.Symbol::name).toList();
    }

    /**
     * A program ready for the kernel.
     *
     * @param descriptors of the maps by name
     */
    ProgramImage program(String name, Map<String, Integer> descriptors) {
        ElfObject.Symbol program = programSymbols().stream()
                .filter(symbol -> symbol.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The BPF object has no program " + name));
        return new ProgramLinker(elf, btf, descriptors).link(program);
    }

    /** A name for the layout of all maps but their capacities: objects of the same layout can share maps. */
    String layoutVersion() {
        StringBuilder text = new StringBuilder();
        for (MapSpec map : maps) {
            text.append(map.name()).append(' ').append(map.type()).append(' ').append(map.flags());
            text.append(' ').append(map.keyType() == 0 ? map.keySize() : btf.describe(map.keyType()));
            text.append(' ').append(map.valueType() == 0 ? map.valueSize() : btf.describe(map.valueType()));
            text.append('\n');
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private List<ElfObject.Symbol> programSymbols() {
        int section = elf.section(PROGRAMS).orElseThrow().index();
        return elf.symbols().stream()
                .filter(symbol ->
                        symbol.section() == section && symbol.kind() == ElfObject.Symbol.FUNCTION && symbol.global())
                .toList();
    }

    private List<MapSpec> readMaps() {
        int section = btf.find(Btf.DATA_SECTION, ".maps")
                .orElseThrow(() -> new IllegalArgumentException("The BPF object declares no maps"));
        List<MapSpec> specs = new ArrayList<>();
        for (Btf.Member variable : btf.variables(section)) {
            specs.add(readMap(variable.name(), variable.type()));
        }
        return List.copyOf(specs);
    }

    /**
     * Reads the struct that declares a map. Numbers are hidden in the length of an array behind a pointer, types behind
     * a pointer ({@code __uint} and {@code __type} of bpf_helpers.h).
     */
    private MapSpec readMap(String name, int struct) {
        int type = 0;
        int entries = 0;
        int flags = 0;
        int keyType = 0;
        int valueType = 0;
        for (Btf.Member member : btf.members(struct)) {
            int target = btf.referred(btf.resolved(member.type()));
            switch (member.name()) {
                case "type" -> type = btf.elements(target);
                case "max_entries" -> entries = btf.elements(target);
                case "map_flags" -> flags = btf.elements(target);
                case "key" -> keyType = target;
                case "value" -> valueType = target;
                case "verdict", "class" -> {} // there for its type alone
                default -> throw new IllegalArgumentException("Map " + name + " declares " + member.name());
            }
        }
        int keySize = keyType == 0 ? 0 : btf.size(keyType);
        int valueSize = valueType == 0 ? 0 : btf.size(valueType);
        return new MapSpec(name, type, keySize, valueSize, entries, flags, keyType, valueType);
    }
}
