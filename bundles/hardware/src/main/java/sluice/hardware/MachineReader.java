package sluice.hardware;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Reads what the kernel shows of the machine: DMI, device tree, ONIE EEPROM, interfaces and memory.
 *
 * <p>What is not there, or cannot be read, is a fact less and not an error: a machine has some of these sources at
 * most.
 */
final class MachineReader {
    private static final Map<String, Fact> DMI = Map.of(
            "sys_vendor", Fact.DMI_VENDOR,
            "product_name", Fact.DMI_PRODUCT,
            "board_name", Fact.DMI_BOARD);
    private static final Map<String, Fact> DEVICE_TREE = Map.of(
            "model", Fact.DEVICE_TREE_MODEL,
            "compatible", Fact.DEVICE_TREE_COMPATIBLE);

    private final Path root;

    /** @param root {@code /}, or a copy of the files in a test */
    MachineReader(Path root) {
        this.root = root;
    }

    Machine read() {
        Map<Fact, List<String>> facts = new EnumMap<>(Fact.class);
        DMI.forEach((file, fact) ->
                keep(facts, fact, texts(root.resolve("sys/class/dmi/id").resolve(file))));
        DEVICE_TREE.forEach((file, fact) ->
                keep(facts, fact, texts(root.resolve("proc/device-tree").resolve(file))));
        onieEeprom().forEach((fact, value) -> keep(facts, fact, List.of(value)));
        return new Machine(facts, interfaces(), memoryMebibytes());
    }

    private static void keep(Map<Fact, List<String>> facts, Fact fact, List<String> values) {
        if (!values.isEmpty()) {
            facts.put(fact, values);
        }
    }

    /** DMI ends a text with a line feed, the device tree ends each text with a NUL. */
    private static List<String> texts(Path file) {
        return Arrays.stream(content(file, 4096).split("[\0\n]"))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private Map<Fact, String> onieEeprom() {
        try (DirectoryStream<Path> devices = Files.newDirectoryStream(root.resolve("sys/bus/i2c/devices"))) {
            for (Path device : devices) {
                Map<Fact, String> found = OnieEeprom.decode(bytes(device.resolve("eeprom"), OnieEeprom.LENGTH_MAX));
                if (!found.isEmpty()) {
                    return found;
                }
            }
        } catch (IOException e) {
            // no such bus
        }
        return Map.of();
    }

    /**
     * Names of the interfaces. Not from {@code /sys/class/net}: that shows the namespace in which sysfs was mounted,
     * and this the one the gateway runs in.
     */
    private SortedSet<String> interfaces() {
        SortedSet<String> names = new TreeSet<>();
        for (String line : content(root.resolve("proc/self/net/dev"), 1 << 20).split("\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                names.add(line.substring(0, colon).strip());
            }
        }
        return names;
    }

    private long memoryMebibytes() {
        for (String line : content(root.resolve("proc/meminfo"), 4096).split("\n")) {
            if (line.startsWith("MemTotal:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
            }
        }
        return 0;
    }

    private static String content(Path file, int lengthMax) {
        return new String(bytes(file, lengthMax), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Path file, int lengthMax) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(lengthMax);
        } catch (IOException e) {
            return new byte[0];
        }
    }
}
