package sluice.shell;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Pattern;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The directory of the appliance that holds captured frames; only the appliance's own user may read them. */
@Component(service = Captures.class, immediate = true)
public final class Captures {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");
    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private final Path directory;

    /** For the framework. */
    @Activate
    public Captures(BundleContext context) {
        this(Path.of(context.getProperty("karaf.data"), "captures"));
    }

    Captures(Path directory) {
        this.directory = directory;
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /**
     * A new file.
     *
     * @param name without a directory
     * @throws IllegalArgumentException if the name could lead elsewhere
     * @throws IOException if there is such a file, or none can be made
     */
    FileChannel create(String name) throws IOException {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "File \"" + name + "\", expected a name of letters, digits, '.', '_' and '-' without a directory");
        }
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return FileChannel.open(
                file(name), NEW, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
}
