package sluice.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files that the rules are about. */
final class Repository {
    private static final Path ROOT = Path.of("..");

    private Repository() {}

    /** Folders of the bundles. */
    static List<Path> bundles() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT.resolve("bundles"))) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml")))
                    .sorted()
                    .toList();
        }
    }

    /** Java sources of all modules, tests included. */
    static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.find(ROOT, 20, (path, attributes) -> isSource(path))) {
            return files.sorted().toList();
        }
    }

    /** Project files of all modules. */
    static List<Path> poms() throws IOException {
        try (Stream<Path> files = Files.find(ROOT, 3, (path, attributes) -> path.endsWith("pom.xml"))) {
            return files.filter(path -> !path.toString().contains("/target/"))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isSource(Path path) {
        String name = path.toString();
        return name.endsWith(".java")
                && name.contains("/src/")
                && !name.contains("/target/")
                && !name.contains("/.work/");
    }
}
