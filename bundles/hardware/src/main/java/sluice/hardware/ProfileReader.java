package sluice.hardware;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads the profiles of a directory. An unknown key is an error: it is a slip, and what it meant to say would be
 * missing.
 */
final class ProfileReader {
    private static final String SUFFIX = ".yaml";
    private static final Set<String> KEYS =
            Set.of("name", "description", "match", "interfaces", "memory_mib", "features");

    private final Yaml yaml;

    ProfileReader() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(0);
        yaml = new Yaml(new SafeConstructor(options));
    }

    /** All profiles, by name. */
    List<Profile> readAll(Path directory) throws UnfitHardware {
        List<Profile> profiles = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                profiles.add(read(file));
            }
        } catch (IOException e) {
            throw new UnfitHardware("The hardware profiles in " + directory + " cannot be read: " + e);
        }
        profiles.sort(Comparator.comparing(Profile::name));
        return profiles;
    }

    private Profile read(Path file) throws IOException, UnfitHardware {
        try (Reader in = Files.newBufferedReader(file)) {
            Profile profile = profile(map(yaml.load(in), "the file"));
            if (!file.endsWith(profile.name() + SUFFIX)) {
                throw new IllegalArgumentException("its name is " + profile.name() + ", unlike that of its file");
            }
            return profile;
        } catch (YAMLException | IllegalArgumentException e) {
            throw new UnfitHardware("Hardware profile " + file + " is wrong: "
                    + String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip());
        }
    }

    private static Profile profile(Map<?, ?> keys) {
        for (Object key : keys.keySet()) {
            if (!KEYS.contains(String.valueOf(key))) {
                throw new IllegalArgumentException("unknown key " + key);
            }
        }
        Map<?, ?> interfaces = map(keys.get("interfaces"), "interfaces");
        return new Profile(
                text(keys.get("name"), "name"),
                matches(keys.get("match")),
                texts(interfaces.get("access"), "interfaces.access"),
                texts(interfaces.get("core"), "interfaces.core"),
                number(keys.get("memory_mib")),
                texts(keys.get("features"), "features"));
    }

    private static List<Match> matches(@Nullable Object value) {
        return value == null
                ? List.of()
                : list(value, "match").stream().map(ProfileReader::match).toList();
    }

    private static Match match(Object value) {
        Map<Fact, String> patterns = new EnumMap<>(Fact.class);
        map(value, "match").forEach((key, pattern) -> {
            String name = String.valueOf(key);
            Fact fact =
                    Fact.of(name).orElseThrow(() -> new IllegalArgumentException("unknown fact " + name + " in match"));
            patterns.put(fact, text(pattern, name));
        });
        return new Match(patterns);
    }

    private static Map<?, ?> map(@Nullable Object value, String what) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(what + " is not a list of keys and values");
    }

    private static List<?> list(@Nullable Object value, String what) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException(what + " is not a list");
    }

    private static List<String> texts(@Nullable Object value, String what) {
        return list(value, what).stream().map(element -> text(element, what)).toList();
    }

    private static String text(@Nullable Object value, String what) {
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        throw new IllegalArgumentException(what + " is not a text");
    }

    private static long number(@Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case Integer number -> number;
            default -> throw new IllegalArgumentException("memory_mib is not a number");
        };
    }
}
