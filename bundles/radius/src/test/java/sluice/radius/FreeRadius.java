package sluice.radius;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sluice.platform.api.Secret;

/** The packaged FreeRADIUS on free ports of the loopback, with a configuration of our own. */
final class FreeRadius implements AutoCloseable {

    static final String SECRET = "testing123";

    private static final Path PROGRAM = Path.of("/usr/sbin/freeradius");
    private static final String ACCOUNT = "freerad";

    private static final String TLS_LISTENER = """
        listen { type = auth+acct
          ipaddr = 127.0.0.1
          port = @tls_port@
          proto = tcp
          clients = radsec
          limit { max_connections = 16
            lifetime = 0
            idle_timeout = 0 }
          tls { private_key_file = ${base}/server.key
            certificate_file = ${base}/server.pem
            ca_file = ${base}/ca.pem
            require_client_cert = yes
            tls_min_version = "1.2"
            tls_max_version = "1.3"
            cipher_list = "DEFAULT" }
        }
        """;

    private static final String TLS_CLIENTS = """
        clients radsec {
          client gateway { ipaddr = 127.0.0.1
            proto = tls
            secret = radsec }
        }
        """;

    private final Path directory;
    private final InetAddress address;
    private final String secret;
    private final boolean tls;
    private final int tlsPort = freeTcpPort();
    private final int authPort = freePort();
    private final int acctPort = freePort();
    private @Nullable Process process;

    private FreeRadius(Path directory, InetAddress address, String secret, boolean tls) throws IOException {
        this.directory = directory;
        this.address = address;
        this.secret = secret;
        this.tls = tls;
    }

    /** Whether the package is there and this user may run it as its own user. */
    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM)
                && System.getProperty("user.name", "").equals("root");
    }

    /** A server with these users, ready. */
    static FreeRadius start(Path directory, String users) throws IOException, InterruptedException {
        return start(directory, users, InetAddress.getLoopbackAddress(), SECRET);
    }

    /** The same at this address with this secret. */
    static FreeRadius start(Path directory, String users, InetAddress address, String secret)
            throws IOException, InterruptedException {
        return start(new FreeRadius(directory, address, secret, false), directory, users);
    }

    /** The same that also listens with TLS; the directory has ca.pem, server.pem and server.key. */
    static FreeRadius startWithTls(Path directory, String users) throws IOException, InterruptedException {
        return start(new FreeRadius(directory, InetAddress.getLoopbackAddress(), SECRET, true), directory, users);
    }

    private static FreeRadius start(FreeRadius server, Path directory, String users)
            throws IOException, InterruptedException {
        Files.createDirectories(directory.resolve("log"));
        Files.writeString(directory.resolve("radiusd.conf"), server.configuration());
        Files.writeString(directory.resolve("users"), users);
        Files.writeString(directory.resolve("dictionary"), """
            $INCLUDE /usr/share/freeradius/dictionary.dhcp
            ATTRIBUTE Example-Long 245.200 octets
            """);
        run("chown", "-R", ACCOUNT + ":" + ACCOUNT, directory.toString());
        run("chmod", "-R", "u=rwX,go=", directory.toString());
        server.start();
        return server;
    }

    private String configuration() throws IOException {
        try (InputStream in = FreeRadius.class.getResourceAsStream("radiusd.conf")) {
            if (in == null) {
                throw new IOException("No resource radiusd.conf");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@directory@", directory.toString())
                    .replace("@secret@", secret)
                    .replace("@address@", address.getHostAddress())
                    .replace("@tls_listener@", tls ? TLS_LISTENER.replace("@tls_port@", Integer.toString(tlsPort)) : "")
                    .replace("@tls_clients@", tls ? TLS_CLIENTS : "")
                    .replace("@auth_port@", Integer.toString(authPort))
                    .replace("@acct_port@", Integer.toString(acctPort));
        }
    }

    /** Starts it, the first time or again, and waits until it is ready. */
    void start() throws IOException {
        Process started = new ProcessBuilder(
                        "setpriv",
                        "--reuid=" + ACCOUNT,
                        "--regid=" + ACCOUNT,
                        "--clear-groups",
                        PROGRAM.toString(),
                        "-f",
                        "-P",
                        "-d",
                        directory.toString(),
                        "-n",
                        "radiusd",
                        "-l",
                        "stdout")
                .redirectErrorStream(true)
                .start();
        process = started;
        BufferedReader said =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder all = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            all.append(line).append('\n');
            if (line.contains("Ready to process requests")) {
                Thread.ofVirtual().start(() -> drain(said));
                return;
            }
        }
        throw new IOException("FreeRADIUS does not start:\n" + all);
    }

    /** So that it never waits for us to read what it says. */
    private static void drain(BufferedReader said) {
        try {
            while (said.readLine() != null) {
                Thread.onSpinWait();
            }
        } catch (IOException e) { // it was killed
            return;
        }
    }

    /** It goes on running and says nothing more. */
    void freeze() throws IOException, InterruptedException {
        Process running = process;
        if (running != null) {
            run("kill", "-STOP", Long.toString(running.pid()));
        }
    }

    /** Ends it as a crash does. */
    void kill() throws InterruptedException {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            if (!running.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError("FreeRADIUS does not die");
            }
        }
    }

    ServerSettings settings(String name, int priority) {
        return new ServerSettings(
                name,
                address,
                authPort,
                acctPort,
                new Secret(secret.getBytes(StandardCharsets.UTF_8)),
                Duration.ofMillis(500),
                4,
                true,
                priority);
    }

    /** Where it hears TLS. */
    InetSocketAddress tlsAddress() {
        return new InetSocketAddress(address, tlsPort);
    }

    /** With which it is reached over TLS. */
    ServerSettings settings(TlsSettings how) {
        return settings(how, tlsPort);
    }

    /** The same by way of another port of its machine. */
    ServerSettings settings(TlsSettings how, int port) {
        return new ServerSettings(
                "radsec",
                address,
                port,
                port,
                new Secret(TlsSettings.SECRET.getBytes(StandardCharsets.US_ASCII)),
                Duration.ofMillis(500),
                4,
                true,
                1,
                0,
                Optional.of(how));
    }

    ServerSettings settings(String secret, boolean demanded) {
        return new ServerSettings(
                "freeradius",
                address,
                authPort,
                acctPort,
                new Secret(secret.getBytes(StandardCharsets.UTF_8)),
                Duration.ofMillis(500),
                2,
                demanded,
                1);
    }

    ServerSettings settings() {
        return settings(SECRET, true);
    }

    /** What was accounted, attribute by attribute, the first first. */
    List<Map<String, String>> records() throws IOException {
        List<Map<String, String>> records = new ArrayList<>();
        Path detail = directory.resolve("log/detail");
        if (!Files.exists(detail)) {
            return records;
        }
        String text = Files.readString(detail);
        for (String block : text.substring(0, text.lastIndexOf("\n\n") + 1).split("\n\n")) {
            Map<String, String> record = new LinkedHashMap<>();
            for (String line : block.split("\n")) {
                int equals = line.indexOf(" = ");
                if (line.startsWith("\t") && equals > 0) {
                    String value = line.substring(equals + 3);
                    record.put(
                            line.substring(1, equals),
                            value.startsWith("\"") ? value.substring(1, value.length() - 1) : value);
                }
            }
            records.add(record);
        }
        return records;
    }

    @Override
    public void close() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
        }
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static int freeTcpPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }
}
