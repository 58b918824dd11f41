package sluice.testkit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A network namespace of a test, gone when it is closed. */
@SuppressWarnings("restricted") // setns(2)
public final class Namespace implements AutoCloseable {

    private static final int CLONE_NEWNET = 0x40000000;
    private static final MethodHandle OPEN = handle("open", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle SETNS = handle("setns", JAVA_INT, JAVA_INT, JAVA_INT);

    private final String name;

    /**
     * A new one. Another process may have one for the same purpose at the same time.
     *
     * @param purpose begins its name; those of processes that are gone are deleted
     */
    public Namespace(String purpose) {
        this.name = purpose + "-" + ProcessHandle.current().pid();
        run("ip", "netns", "list")
                .lines()
                .map(line -> line.split(" ", 2)[0])
                .filter(other -> isLeft(other, purpose))
                .forEach(other -> run("ip", "netns", "delete", other));
        run("ip", "netns", "add", name);
        ip("link", "set", "lo", "up");
    }

    private boolean isLeft(String other, String purpose) {
        String prefix = purpose + "-";
        if (!other.startsWith(prefix) || !other.substring(prefix.length()).matches("[0-9]+")) {
            return false;
        }
        long owner = Long.parseLong(other.substring(prefix.length()));
        return other.equals(name) || ProcessHandle.of(owner).isEmpty();
    }

    /**
     * Makes the kernel in here say nothing of its own accord: a host that has IPv6 sends listener reports (RFC 3810)
     * and solicitations (RFC 4861), and they would be counted with what a test sends. For devices that come after it.
     */
    public Namespace silent() {
        for (String devices : List.of("default", "all")) {
            exec("sysctl", "-qw", "net.ipv6.conf." + devices + ".disable_ipv6=1");
        }
        return this;
    }

    /** A pair of devices, up, each end without checksum offload. */
    public static void connect(Namespace one, String device, Namespace other, String peer, int mtu) {
        one.ip("link", "add", device, "type", "veth", "peer", "name", peer, "netns", other.name);
        raise(one, device, mtu);
        raise(other, peer, mtu);
    }

    private static void raise(Namespace owner, String device, int mtu) {
        owner.ip("link", "set", device, "mtu", Integer.toString(mtu), "up");
        owner.exec("ethtool", "-K", device, "tx", "off");
    }

    /** The same with so many queues on which the first device receives what the other sends. */
    public static void connect(Namespace one, String device, Namespace other, String peer, int mtu, int queues) {
        String count = Integer.toString(queues);
        one.ip(
                "link",
                "add",
                device,
                "numrxqueues",
                count,
                "numtxqueues",
                "1",
                "type",
                "veth",
                "peer",
                "name",
                peer,
                "numrxqueues",
                "1",
                "numtxqueues",
                count,
                "netns",
                other.name);
        raise(one, device, mtu);
        raise(other, peer, mtu);
    }

    public String ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Runs a program inside. */
    public String exec(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name, program));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Starts a program inside; what it complains of goes to our own output. */
    public Process start(String... command) throws IOException {
        List<String> inside = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name));
        inside.addAll(List.of(command));
        return new ProcessBuilder(inside)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Runs Java inside, on a thread of its own; threads that it starts are inside too. */
    public <T> T call(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            enter();
            return work.call();
        });
        Thread.ofPlatform().name("in-" + name).start(task);
        try {
            return task.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failure;
        }
    }

    private void enter() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) OPEN.invokeExact(arena.allocateFrom("/run/netns/" + name), 0);
            int result = (int) SETNS.invokeExact(fd, CLONE_NEWNET);
            int closed = (int) CLOSE.invokeExact(fd);
            if (result != 0 || closed != 0) {
                throw new IOException("setns " + name);
            }
        } catch (Throwable failure) {
            throw new IOException(failure);
        }
    }

    private static String run(String... command) {
        return run(List.of(command));
    }

    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + ": " + said);
            }
            return said;
        } catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }

    @Override
    public void close() {
        run("ip", "netns", "delete", name);
    }
}
