package sluice.radius;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sluice.platform.api.Secret;

/** An authority and what it certifies, made by openssl. */
record Certificates(Path directory) {

    /** {@code ca.pem} with its key. */
    static Certificates make(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Certificates made = new Certificates(directory);
        made.openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-noenc",
                "-days",
                "2",
                "-subj",
                "/CN=test authority",
                "-keyout",
                "ca.key",
                "-out",
                "ca.pem");
        return made;
    }

    /** {@code NAME.pem} and {@code NAME.key}. */
    Certificates with(String name, String alternativeName) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("extensions"), "subjectAltName=" + alternativeName + "\n");
        openssl(
                "req",
                "-newkey",
                "rsa:2048",
                "-noenc",
                "-subj",
                "/CN=" + name,
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr");
        openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                "2",
                "-extfile",
                "extensions",
                "-out",
                name + ".pem");
        return this;
    }

    Path authority() {
        return directory.resolve("ca.pem");
    }

    Optional<TlsSettings.Identity> identity(String name) throws IOException {
        Secret key = new Secret(Files.readAllBytes(directory.resolve(name + ".key")));
        return Optional.of(new TlsSettings.Identity(directory.resolve(name + ".pem"), key));
    }

    private void openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("openssl.log").toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(Files.readString(directory.resolve("openssl.log")));
        }
    }
}
