package sluice.telemetry;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import sluice.loop.MonotonicClock;

/** A real server as a child process: a free port, a directory of its own, and nobody's rights when the test is root. */
abstract class Server {
    static final String PASSWORD = "not-a-secret";
    private static final long PATIENCE_MILLIS = 30_000;

    final Path directory;
    final int port;
    private Optional<Process> process = Optional.empty();

    Server() throws IOException {
        directory = Files.createTempDirectory("sluice-server");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
    }

    /** The first of these programs that is installed; skips the test, and says why, when none is. */
    static String program(String... candidates) {
        Optional<String> found = Stream.of(candidates)
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst();
        assumeTrue(found.isPresent(), () -> "skipped: needs one of " + List.of(candidates));
        return found.orElseThrow();
    }

    abstract List<String> command();

    final void start() throws Exception {
        process = Optional.of(launch(command()));
        await(this::listens, "the server listens");
    }

    /** Ends the server as an operator would. */
    final void stop() throws Exception {
        if (process.isPresent()) {
            new ProcessBuilder("kill", "-INT", Long.toString(process.get().pid()))
                    .start()
                    .waitFor();
            if (!process.get().waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                process.get().destroyForcibly().waitFor();
            }
        }
        process = Optional.empty();
    }

    final void close() throws Exception {
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    final Process launch(List<String> command) throws IOException {
        List<String> whole = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            whole.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--pdeathsig=KILL"));
        }
        whole.addAll(command);
        return new ProcessBuilder(whole)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Waits for something to become true. */
    static void await(BooleanSupplier condition, String what) throws InterruptedException {
        MonotonicClock clock = MonotonicClock.system();
        long end = clock.millis() + PATIENCE_MILLIS;
        Object pause = new Object();
        while (!condition.getAsBoolean()) {
            if (clock.millis() > end) {
                throw new AssertionError("not in time: " + what);
            }
            synchronized (pause) {
                TimeUnit.MILLISECONDS.timedWait(pause, 10);
            }
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
