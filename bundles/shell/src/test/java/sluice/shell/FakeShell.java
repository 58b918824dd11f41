package sluice.shell;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Candidate;
import org.apache.karaf.shell.api.console.Command;
import org.apache.karaf.shell.api.console.History;
import org.apache.karaf.shell.api.console.Registry;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.apache.karaf.shell.api.console.Signal;
import org.apache.karaf.shell.api.console.SignalListener;
import org.apache.karaf.shell.api.console.Terminal;
import org.apache.karaf.shell.impl.action.command.ManagerImpl;
import org.apache.karaf.shell.impl.console.RegistryImpl;
import org.apache.karaf.shell.support.parsing.CommandLineImpl;

/**
 * A shell session without a framework: Karaf's own registry, injection and argument parser, and a terminal as wide as a
 * test wants it.
 */
final class FakeShell implements Session {

    final Registry registry = new RegistryImpl(null);
    final Appliance appliance = new Appliance();
    final TableCommands tables = new TableCommands(registry, appliance);
    /** Columns of the terminal; 0 for none. */
    int width;

    private String said = "";

    FakeShell(Class<?>... commands) {
        registry.register(appliance);
        registry.register(this);
        ManagerImpl manager = new ManagerImpl(registry, registry);
        for (Class<?> command : commands) {
            if (!command.isAnnotationPresent(Service.class)) {
                throw new IllegalArgumentException(command + " is not marked for Karaf");
            }
            manager.register(command);
        }
    }

    void offer(FakeTable table) {
        appliance.bindInspectable(table);
        tables.bindTable(table);
    }

    void withdraw(FakeTable table) {
        appliance.unbindInspectable(table);
        tables.unbindTable(table);
    }

    /** What a command prints; its words are separated by single spaces. */
    String run(String line) throws Exception {
        List<Object> words = new ArrayList<>(List.of((Object[]) line.split(" ")));
        Command command = command((String) words.removeFirst());
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        PrintStream console = System.out;
        System.setOut(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            command.execute(this, words);
        } finally {
            System.setOut(console);
            said = captured.toString(StandardCharsets.UTF_8);
        }
        return said;
    }

    /** What the last command printed, also one that failed. */
    String said() {
        return said;
    }

    /** What completes the last word of the line. */
    List<String> complete(String line) {
        String[] words = line.split(" ", -1);
        List<Candidate> candidates = new ArrayList<>();
        CommandLineImpl parsed =
                new CommandLineImpl(words, words.length - 1, words[words.length - 1].length(), line.length(), line);
        command(words[0]).getCompleter(false).completeCandidates(this, parsed, candidates);
        return candidates.stream().map(Candidate::value).toList();
    }

    private Command command(String name) {
        Command command =
                registry.getCommand(name.substring(0, name.indexOf(':')), name.substring(name.indexOf(':') + 1));
        if (command == null) {
            throw new IllegalStateException("There is no command " + name);
        }
        return command;
    }

    @Override
    public Terminal getTerminal() {
        return new FakeTerminal(width);
    }

    @Override
    public Registry getRegistry() {
        return registry;
    }

    @Override
    public String resolveCommand(String name) {
        return name;
    }

    @Override
    public Object get(String name) {
        return "";
    }

    @Override
    public void put(String name, Object value) {}

    @Override
    public Object execute(CharSequence line) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream getKeyboard() {
        throw new UnsupportedOperationException();
    }

    @Override
    public PrintStream getConsole() {
        return System.out;
    }

    @Override
    public String readLine(String prompt, Character mask) {
        throw new UnsupportedOperationException();
    }

    @Override
    public History getHistory() {
        throw new UnsupportedOperationException();
    }

    @Override
    public SessionFactory getFactory() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path currentDir() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void currentDir(Path path) {}

    @Override
    public void run() {}

    @Override
    public void close() {}

    private record FakeTerminal(int columns) implements Terminal {
        @Override
        public String getType() {
            return "dumb";
        }

        @Override
        public int getWidth() {
            return columns;
        }

        @Override
        public int getHeight() {
            return 24;
        }

        @Override
        public boolean isAnsiSupported() {
            return false;
        }

        @Override
        public boolean isEchoEnabled() {
            return false;
        }

        @Override
        public void setEchoEnabled(boolean enabled) {}

        @Override
        public void addSignalListener(SignalListener listener, Signal... signal) {}

        @Override
        public void addSignalListener(SignalListener listener, EnumSet<Signal> signals) {}

        @Override
        public void addSignalListener(SignalListener listener) {}

        @Override
        public void removeSignalListener(SignalListener listener) {}
    }
}
