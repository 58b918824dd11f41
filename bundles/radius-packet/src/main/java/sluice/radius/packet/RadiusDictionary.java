package sluice.radius.packet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Names, numbers and types of attributes: ours, then the operator's files (FreeRADIUS format), of which the last
 * definition counts. Written while it is loaded, then read by any thread.
 */
public final class RadiusDictionary {

    private static final List<String> BUILT_IN = List.of("rfc", "extended", "vendors", "dhcp");

    private final Map<String, Integer> vendors = new HashMap<>();
    private final Map<Integer, VendorFormat> formats = new HashMap<>();
    private final Map<AttributeCode, AttributeType> byCode = new HashMap<>();
    private final Map<String, AttributeType> byName = new HashMap<>();
    /** By name of the attribute. */
    private final Map<String, Map<Long, String>> names = new HashMap<>();

    private final Map<String, Map<String, Long>> numbers = new HashMap<>();

    private RadiusDictionary() {}

    /** What this bundle brings. */
    public static RadiusDictionary builtIn() {
        RadiusDictionary dictionary = new RadiusDictionary();
        for (String resource : BUILT_IN) {
            InputStream stream = RadiusDictionary.class.getResourceAsStream("dictionary/" + resource);
            if (stream == null) {
                throw new IllegalStateException("No resource dictionary/" + resource);
            }
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                new DictionaryParser(dictionary).parse(resource, lines);
            } catch (IOException e) {
                throw new IllegalStateException("Built-in dictionary " + resource, e);
            }
        }
        return dictionary;
    }

    /**
     * Adds the operator's file and what it includes.
     *
     * @throws IOException with the line that is not understood; what stood before it was added
     */
    public void add(Path file) throws IOException {
        new DictionaryParser(this).parse(file);
    }

    /** The operator's files of a directory in the order of their names; none when there is no such directory. */
    public static List<Path> filesOf(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Its name, or a name made of its numbers when the dictionary does not have it. */
    public String nameOf(AttributeCode code) {
        return type(code).map(AttributeType::name).orElseGet(code::toString);
    }

    public Optional<AttributeType> type(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Optional<AttributeType> type(AttributeCode code) {
        return Optional.ofNullable(byCode.get(code));
    }

    /** How this vendor writes its attributes; empty when the vendor is not known. */
    public Optional<VendorFormat> vendorFormat(long vendor) {
        return vendor > Integer.MAX_VALUE ? Optional.empty() : Optional.ofNullable(formats.get((int) vendor));
    }

    /** Name of a value, as {@code Framed} of a Service-Type. */
    public Optional<String> valueName(AttributeType type, long value) {
        return Optional.ofNullable(names.getOrDefault(type.name(), Map.of()).get(value));
    }

    /** The value that has this name. */
    public Optional<Long> valueOf(AttributeType type, String name) {
        return Optional.ofNullable(numbers.getOrDefault(type.name(), Map.of()).get(name));
    }

    Optional<Integer> vendorOf(String name) {
        return Optional.ofNullable(vendors.get(name));
    }

    void addVendor(String name, int number, VendorFormat format) {
        vendors.put(name, number);
        formats.put(number, format);
    }

    void addType(AttributeType type) {
        byCode.put(type.code(), type);
        byName.put(type.name(), type);
    }

    void addValue(String attribute, String name, long value) {
        names.computeIfAbsent(attribute, first -> new HashMap<>()).put(value, name);
        numbers.computeIfAbsent(attribute, first -> new HashMap<>()).put(name, value);
    }
}
