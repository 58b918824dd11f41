package sluice.itests;

import java.io.IOException;

/** Two interfaces that lead nowhere, and a place for the pins of the programs that the gateway attaches to them. */
final class Interfaces {
    static final String ACCESS = "slit-access";
    static final String CORE = "slit-core";
    static final String PINS = "/sys/fs/bpf/sluice-itests";

    private Interfaces() {}

    /** Makes them, and removes them when the virtual machine of the test ends. */
    static void add() throws IOException, InterruptedException {
        remove();
        ip("link", "add", ACCESS, "type", "veth", "peer", "name", CORE);
        Runtime.getRuntime().addShutdownHook(new Thread(Interfaces::remove, "sluice-itests-interfaces"));
        for (String name : new String[] {ACCESS, CORE}) {
            ip("link", "set", name, "addrgenmode", "none", "up");
        }
    }

    private static void remove() {
        try {
            new ProcessBuilder("ip", "link", "delete", ACCESS).start().waitFor();
            new ProcessBuilder("rm", "-r", "--", PINS).start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException("ip and rm cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("\"" + String.join(" ", command) + "\" failed; this test needs root");
        }
    }
}
