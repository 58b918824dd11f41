package sluice.dataplane.xdp;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * The directory in bpffs that keeps maps and links alive without us. Below it one directory per layout of the maps, so
 * that programs never meet maps of another shape. Removing it takes the data plane down.
 */
final class Pins {

    private static final Path MOUNT_POINT = Path.of("/sys/fs/bpf");
    private static final String BPFFS = "bpf";
    private static final String LINK_PREFIX = "link_";
    private static final String MAP_PREFIX = "map_";

    /** Names of layouts. Nothing else in the directory is ours. */
    private static final Pattern LAYOUT = Pattern.compile("[0-9a-f]{12}");

    private final Path root;
    private final Path directory;

    /**
     * Makes the directory, and mounts bpffs if nobody did.
     *
     * @param root {@code pin_directory}
     * @param version of the maps' layout
     */
    Pins(Path root, String version) throws KernelException {
        this.root = root;
        this.directory = root.resolve(version);
        try {
            if (root.startsWith(MOUNT_POINT)
                    && !Files.getFileStore(MOUNT_POINT).type().equals(BPFFS)) {
                Libc.mount(BPFFS, MOUNT_POINT.toString());
            }
            Files.createDirectories(directory);
        } catch (IOException unusable) {
            throw new KernelException(directory + ": " + unusable.getMessage(), KernelException.EPERM);
        }
    }

    Path map(String name) {
        return map(directory, name);
    }

    /** Where another layout keeps a map. */
    static Path map(Path other, String name) {
        return other.resolve(MAP_PREFIX + name);
    }

    Path link(String device) {
        return directory.resolve(LINK_PREFIX + device);
    }

    /** Directories of other layouts, which an earlier version left. */
    List<Path> others() throws KernelException {
        return list(root).stream()
                .filter(entry -> !entry.equals(directory))
                .filter(entry -> LAYOUT.matcher(entry.getFileName().toString()).matches())
                .toList();
    }

    /** The directory of the layout whose programs are on the interfaces, when it is another one than ours. */
    Optional<Path> otherInForce() throws KernelException {
        if (hasLinks(directory)) {
            return Optional.empty();
        }
        for (Path other : others()) {
            if (hasLinks(other)) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    private static boolean hasLinks(Path layout) throws KernelException {
        return list(layout).stream()
                .anyMatch(entry -> entry.getFileName().toString().startsWith(LINK_PREFIX));
    }

    /** Unpins our maps. */
    void removeMaps() throws KernelException {
        for (Path entry : list(directory)) {
            if (entry.getFileName().toString().startsWith(MAP_PREFIX)) {
                remove(entry);
            }
        }
    }

    /** Unpins everything of other layouts. */
    void removeOthers() throws KernelException {
        for (Path other : others()) {
            remove(other);
        }
    }

    /** Takes the programs off the interfaces and unpins everything, of all layouts. */
    void removeAll() throws KernelException {
        for (Path entry : list(directory)) {
            if (entry.getFileName().toString().startsWith(LINK_PREFIX)) {
                int link = Bpf.open(entry);
                try {
                    Bpf.detach(link);
                } finally {
                    Libc.close(link);
                }
            }
        }
        removeOthers();
        remove(directory);
    }

    private static List<Path> list(Path directory) throws KernelException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        } catch (IOException unreadable) {
            throw new KernelException(directory + ": " + unreadable.getMessage(), KernelException.EPERM);
        }
    }

    /** Where another layout keeps the link of a device. */
    static Path link(Path other, String device) {
        return other.resolve(LINK_PREFIX + device);
    }

    /** Unpins everything in a directory of this kind, and the directory. What nobody holds is gone then. */
    static void remove(Path directory) throws KernelException {
        try {
            if (Files.isDirectory(directory)) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
                    for (Path entry : entries) {
                        remove(entry);
                    }
                }
            }
            Files.deleteIfExists(directory);
        } catch (IOException refusal) {
            throw new KernelException("remove " + directory + ": " + refusal.getMessage(), KernelException.EPERM);
        }
    }
}
