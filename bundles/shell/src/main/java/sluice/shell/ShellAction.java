package sluice.shell;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import sluice.platform.api.Table;
import sluice.session.api.SessionInfo;
import sluice.session.api.Sessions;

/**
 * What our commands share: where to print, and how to ask the session engine. Karaf makes one per call and sets the
 * fields; a {@link CommandException} ends a command with a sentence for the operator and exit code 1.
 */
@SuppressWarnings("NullAway.Init") // Karaf sets the references before the call
abstract class ShellAction implements Action {

    /** How long the session engine has to answer a question, seconds. */
    private static final int ANSWER_SECONDS = 5;

    @Reference
    Appliance appliance;

    @Reference
    Session session;

    @Option(name = "--json", description = "Print JSON, for scripts")
    boolean json;

    @Option(name = "--wide", description = "Do not cut long cells to the width of the terminal")
    boolean wide;

    /** The stream of the calling thread, which may be a pipe. */
    PrintStream out = System.out;

    /** Does what the command is for. */
    abstract void run() throws CommandException, InterruptedException;

    @Override
    @SuppressWarnings("NullAway") // Karaf wants null for "no result"
    public final Object execute() throws CommandException, InterruptedException {
        run();
        return null;
    }

    /** The table in the form that was asked for. A limit below 0 is the usual one: everything for scripts. */
    final void print(Table table, String noun, int limit) {
        options(limit).print(table, noun, session, out);
    }

    /** What the operator wants of the output. */
    final TableOptions options(int limit) {
        return new TableOptions(json, wide, limit);
    }

    final Sessions sessions() throws CommandException {
        return appliance
                .sessions()
                .orElseThrow(() -> failure("The session engine is not running."
                        + " log:display has the reason, bundle:diag what a bundle waits for."));
    }

    /** All sessions for which the filter holds, oldest first. */
    final List<SessionInfo> sessions(Predicate<SessionInfo> filter) throws CommandException, InterruptedException {
        return await(sessions().list(filter), ANSWER_SECONDS).stream()
                .sorted((a, b) -> Long.compareUnsigned(a.id().value(), b.id().value()))
                .toList();
    }

    /** The one session that an id, an address, a line or a user name names. */
    final SessionInfo session(String selector) throws CommandException, InterruptedException {
        List<SessionInfo> found = sessions(selector(selector));
        if (found.isEmpty()) {
            throw failure("There is no session " + selector + ".");
        }
        if (found.size() > 1) {
            throw failure(selector + " has " + found.size() + " sessions, name one of them: "
                    + String.join(
                            ", ", found.stream().map(one -> one.id().toString()).toList()));
        }
        return found.getFirst();
    }

    /** The sessions that an operator may have meant. */
    final List<SessionInfo> sessions(SessionSelector chosen) throws CommandException, InterruptedException {
        return chosen instanceof SessionSelector.ById(var id)
                ? await(sessions().find(id), ANSWER_SECONDS).stream().toList()
                : sessions(chosen::matches);
    }

    /** Waits for the engine. */
    static <T> T await(CompletionStage<T> answer, int seconds) throws CommandException, InterruptedException {
        try {
            return answer.toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw failure("The session engine did not answer within " + seconds + " s."
                    + " It goes on; ask again to see what became of it.");
        } catch (ExecutionException e) {
            throw failure("The session engine failed: " + e.getCause());
        }
    }

    /** Ends the command with this sentence. */
    static CommandException failure(String sentence) {
        return new CommandException(sentence, sentence);
    }

    /** What the operator typed. */
    static SessionSelector selector(String selector) throws CommandException {
        try {
            return SessionSelector.parse(selector);
        } catch (IllegalArgumentException e) {
            throw failure(selector + " names no session: " + e.getMessage() + ".");
        }
    }
}
