package sluice.secrets;

import static java.nio.file.attribute.PosixFilePermission.GROUP_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import sluice.platform.api.Secret;
import sluice.platform.api.SecretUnavailable;
import sluice.platform.api.Secrets;

/**
 * One file per secret in one directory, named like the secret.
 *
 * <p>A file is read anew each time, so that a changed secret needs no restart. The end of its last line does not belong
 * to the secret. Files, links and directories that others could have read or replaced are refused. Any thread; reading
 * blocks for a file access.
 */
@Component(configurationPid = "sluice.secrets", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SecretFiles.Config.class)
public final class SecretFiles implements Secrets {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");
    private static final Set<PosixFilePermission> OWNER_ONLY = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    /** Far more than any shared secret, far less than a mistaken file. */
    private static final int LENGTH_MAX = 4096;

    @ObjectClassDefinition(name = "Secrets")
    @interface Config {
        @AttributeDefinition(description = "Directory of the secrets: one file each, which only its owner may read")
        String directory();
    }

    private final Path directory;

    /** For declarative services. */
    @Activate
    public SecretFiles(Config config) {
        this(Path.of(config.directory()));
    }

    SecretFiles(Path directory) {
        this.directory = directory;
    }

    @Override
    public Secret read(String name) throws SecretUnavailable {
        if (!NAME.matcher(name).matches()) {
            throw new SecretUnavailable(
                    "Secret \"" + name + "\": a name is letters, digits, dot, dash and underscore, and no dot first");
        }
        Path file = directory.resolve(name);
        try {
            refuseIfOthersCanReplace();
            refuseIfOthersCanRead(file);
            return new Secret(withoutLineEnd(file, bytesOf(file)));
        } catch (NoSuchFileException e) {
            throw new SecretUnavailable("Secret " + name + ": there is no file " + e.getFile());
        } catch (IOException e) {
            throw new SecretUnavailable("Secret " + name + " cannot be read: " + e);
        }
    }

    private void refuseIfOthersCanReplace() throws IOException, SecretUnavailable {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        if (permissions.contains(GROUP_WRITE) || permissions.contains(OTHERS_WRITE)) {
            throw new SecretUnavailable(
                    "Others than its owner can write to " + directory + "; do: chmod go-w " + directory);
        }
    }

    private static void refuseIfOthersCanRead(Path file) throws IOException, SecretUnavailable {
        PosixFileAttributes attributes =
                Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new SecretUnavailable(file + " is not a regular file");
        }
        if (!OWNER_ONLY.containsAll(attributes.permissions())) {
            throw new SecretUnavailable("Others than its owner can read " + file + "; do: chmod 600 " + file);
        }
    }

    private static byte[] bytesOf(Path file) throws IOException, SecretUnavailable {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(LENGTH_MAX + 1);
            if (bytes.length > LENGTH_MAX) {
                throw new SecretUnavailable(file + " is longer than " + LENGTH_MAX + " bytes, which is no secret");
            }
            return bytes;
        }
    }

    private static byte[] withoutLineEnd(Path file, byte[] bytes) throws SecretUnavailable {
        int length = bytes.length;
        if (length > 0 && bytes[length - 1] == '\n') {
            length--;
        }
        if (length > 0 && bytes[length - 1] == '\r') {
            length--;
        }
        if (length == 0) {
            throw new SecretUnavailable(file + " is empty");
        }
        return Arrays.copyOf(bytes, length);
    }
}
