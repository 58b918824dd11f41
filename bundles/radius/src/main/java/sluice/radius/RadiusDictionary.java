package sluice.radius;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tinyradius.core.attribute.AttributeTemplate;
import org.tinyradius.core.dictionary.Vendor;
import org.tinyradius.core.dictionary.WritableDictionary;
import org.tinyradius.core.dictionary.parser.ResourceParser;
import org.tinyradius.core.dictionary.parser.resolver.FileResourceResolver;
import org.tinyradius.core.dictionary.parser.resolver.ResourceResolver;

/**
 * Names, numbers and types of attributes: ours, then the operator's files (FreeRADIUS format), of which the last
 * definition counts. Written while it is loaded, then read by any thread.
 *
 * <p>IPv6 prefixes are kept as octets for TinyRadius: its own type refuses valid prefixes whose length is no multiple
 * of eight.
 */
final class RadiusDictionary implements WritableDictionary {

    private static final List<String> BUILT_IN = List.of("rfc", "vendors", "dhcp");
    private static final String IP6_PREFIX = "ipv6prefix";

    private final Map<Integer, Vendor> vendors = new HashMap<>();
    private final Map<AttributeCode, AttributeTemplate> byCode = new HashMap<>();
    private final Map<String, AttributeTemplate> byName = new HashMap<>();
    private final Set<AttributeCode> ip6Prefixes = new HashSet<>();

    private RadiusDictionary() {}

    /** What this bundle brings. */
    static RadiusDictionary builtIn() {
        RadiusDictionary dictionary = new RadiusDictionary();
        for (String resource : BUILT_IN) {
            try {
                new ResourceParser(dictionary, BuiltInResources.INSTANCE).parseDictionary(resource);
            } catch (IOException e) {
                throw new IllegalStateException("Built-in dictionary " + resource, e);
            }
        }
        return dictionary;
    }

    /**
     * Adds the operator's file.
     *
     * @throws IOException with the line that is not understood; what stood before it was added
     */
    void add(Path file) throws IOException {
        try {
            new ResourceParser(this, FileResourceResolver.INSTANCE)
                    .parseDictionary(file.toAbsolutePath().toString());
        } catch (IllegalArgumentException e) { // what the parser makes of a bad number
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The operator's files of a directory in the order of their names; none when there is no such directory. */
    static List<Path> filesOf(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Its name, or a name made of its numbers when the dictionary does not have it. */
    String nameOf(AttributeCode code) {
        AttributeTemplate template = byCode.get(code);
        return template != null ? template.getName() : code.toString();
    }

    boolean isIp6Prefix(AttributeCode code) {
        return ip6Prefixes.contains(code);
    }

    @Override
    public Optional<AttributeTemplate> getAttributeTemplate(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Optional<AttributeTemplate> template(AttributeCode code) {
        return Optional.ofNullable(byCode.get(code));
    }

    @Override
    public Optional<AttributeTemplate> getAttributeTemplate(int vendor, int type) {
        return template(new AttributeCode(Math.max(vendor, 0), type));
    }

    @Override
    public Optional<Vendor> getVendor(int id) {
        return Optional.ofNullable(vendors.get(id));
    }

    @Override
    public Optional<Vendor> getVendor(String name) {
        return vendors.values().stream()
                .filter(vendor -> vendor.getName().equals(name))
                .findFirst();
    }

    @Override
    public RadiusDictionary addVendor(Vendor vendor) {
        vendors.put(vendor.getId(), vendor);
        return this;
    }

    @Override
    public RadiusDictionary addAttributeTemplate(AttributeTemplate declared) {
        AttributeCode code = AttributeCode.of(declared);
        AttributeTemplate template = declared;
        if (declared.getDataType().equals(IP6_PREFIX)) {
            template = new AttributeTemplate(
                    declared.getVendorId(),
                    declared.getType(),
                    declared.getName(),
                    "octets",
                    declared.getCodecType().getId(),
                    declared.isTagged());
            ip6Prefixes.add(code);
        } else {
            ip6Prefixes.remove(code);
        }
        byCode.put(code, template);
        byName.put(template.getName(), template);
        return this;
    }

    /** Files beside this class. */
    private enum BuiltInResources implements ResourceResolver {
        INSTANCE;

        @Override
        public String resolve(String current, String next) {
            return next;
        }

        @Override
        public InputStream openStream(String resource) throws IOException {
            InputStream stream = RadiusDictionary.class.getResourceAsStream("dictionary/" + resource);
            if (stream == null) {
                throw new IOException("No resource dictionary/" + resource);
            }
            return stream;
        }
    }
}
