package sluice.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.platform.api.SecretUnavailable;

class SecretFilesTest {
    @TempDir
    Path directory;

    private SecretFiles secrets;

    @BeforeEach
    void openDirectory() {
        secrets = new SecretFiles(directory);
    }

    @Test
    void lineEndIsNotPartOfTheSecret() throws Exception {
        write("unix", "testing123\n", "rw-------");
        write("dos", "testing123\r\n", "r--------");
        write("bare", "testing123", "rw-------");
        for (String name : new String[] {"unix", "dos", "bare"}) {
            assertThat(secrets.read(name).bytes()).asString().isEqualTo("testing123");
        }
    }

    @Test
    void spacesArePartOfTheSecret() throws Exception {
        write("spaced", " a b \n", "rw-------");
        assertThat(secrets.read("spaced").bytes()).asString().isEqualTo(" a b ");
    }

    @Test
    void changedSecretIsReadAnew() throws Exception {
        write("radius", "old", "rw-------");
        secrets.read("radius");
        write("radius", "new", "rw-------");
        assertThat(secrets.read("radius").bytes()).asString().isEqualTo("new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-"})
    void fileOpenToOthersIsRefusedWithTheRemedy(String permissions) throws IOException {
        write("radius", "testing123", permissions);
        assertRefused("radius", "chmod 600");
    }

    @Test
    void directoryThatOthersCanWriteIsRefused() throws IOException {
        write("radius", "testing123", "rw-------");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));
        assertRefused("radius", "chmod go-w");
    }

    @Test
    void missingFileIsNamed() {
        assertRefused("radius", directory.resolve("radius").toString());
    }

    @Test
    void emptyFileIsRefused() throws IOException {
        write("radius", "\n", "rw-------");
        assertRefused("radius", "empty");
    }

    @Test
    void largeFileIsRefused() throws IOException {
        write("radius", "x".repeat(5000), "rw-------");
        assertRefused("radius", "longer");
    }

    @Test
    void linkIsRefused() throws IOException {
        Path target = write("target", "testing123", "rw-------");
        Files.createSymbolicLink(directory.resolve("radius"), target);
        assertRefused("radius", "not a regular file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../radius", "/etc/shadow", "", ".", "..", ".hidden", "a/b", "a\nb"})
    void nameThatLeavesTheDirectoryIsRefused(String name) {
        assertRefused(name, "a name is letters");
    }

    private void assertRefused(String name, String reason) {
        assertThatExceptionOfType(SecretUnavailable.class)
                .isThrownBy(() -> secrets.read(name))
                .withMessageContaining(reason);
    }

    private Path write(String name, String content, String permissions) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
