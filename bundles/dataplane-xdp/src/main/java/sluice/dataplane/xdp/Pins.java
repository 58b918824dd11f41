package sluice.dataplane.xdp;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        return directory.resolve(MAP_PREFIX + name);
    }

    Path link(String device) {
        return directory.resolve(LINK_PREFIX + device);
    }

    /** Directories of other layouts, which an earlier version left. */
    List<Path> others() throws KernelException {
        List<Path> others = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, Files::isDirectory)) {
            for (Path entry : entries) {
                if (!entry.equals(directory)) {
                    others.add(entry);
                }
            }
        } catch (IOException unreadable) {
            throw new KernelException(root + ": " + unreadable.getMessage(), KernelException.EPERM);
        }
        return others;
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
