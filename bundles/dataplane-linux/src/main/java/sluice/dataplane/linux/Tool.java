package sluice.dataplane.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import sluice.packet.io.KernelException;

/**
 * A program of the system that takes many commands at once. Used when the data plane starts, never for a subscriber.
 *
 * @param file where it is
 */
record Tool(Path file) {

    private static final List<Path> PLACES = List.of(Path.of("/usr/sbin"), Path.of("/sbin"), Path.of("/usr/bin"));

    /** @throws KernelException when it is not installed */
    static Tool named(String name) throws KernelException {
        for (Path place : PLACES) {
            if (Files.isExecutable(place.resolve(name))) {
                return new Tool(place.resolve(name));
            }
        }
        throw new KernelException(name + "(8) is not installed", KernelException.ENOENT);
    }

    /**
     * Runs it with the network namespace of this thread.
     *
     * @return what it prints
     * @throws KernelException with what it complains of
     */
    String run(String input, String... arguments) throws KernelException {
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (OutputStream commands = process.getOutputStream()) {
                commands.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new KernelException(String.join(" ", command), KernelException.EINVAL, said);
            }
            return said;
        } catch (IOException failure) {
            throw new KernelException(command + ": " + failure.getMessage(), KernelException.EINVAL);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new KernelException(command + ": interrupted", KernelException.EINTR);
        }
    }
}
