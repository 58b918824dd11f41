package sluice.shell;

import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import sluice.net.Ip4;
import sluice.session.api.SessionInfo;
import sluice.session.api.TerminateCause;

/**
 * Completes words from the sessions there are. The prefix is applied on the shards, so that only what fits crosses;
 * when the engine does not answer at once there is nothing to complete, never a hanging terminal.
 */
@SuppressWarnings("NullAway.Init") // Karaf sets the reference
abstract class SessionWords implements Completer {

    /** How a command says what its argument may be. */
    static final String WHO = "Session id, IPv4 address, MAC address, line (port:svlan.cvlan) or user name";

    private static final int ANSWER_MS = 500;
    private static final int WORDS_MAX = 200;

    @Reference
    Appliance appliance;

    /** The word that a session contributes, empty for none. */
    abstract String word(SessionInfo session);

    @Override
    public final int complete(Session session, CommandLine line, List<String> candidates) {
        String argument = line.getCursorArgument();
        String typed = argument == null ? "" : argument.substring(0, line.getArgumentPosition());
        words(info -> word(info).startsWith(typed)).stream()
                .limit(WORDS_MAX)
                .forEach(word -> candidates.add(word + " "));
        return candidates.isEmpty() ? -1 : line.getBufferPosition() - line.getArgumentPosition();
    }

    private NavigableSet<String> words(Predicate<SessionInfo> fits) {
        NavigableSet<String> words = new TreeSet<>();
        appliance.sessions().ifPresent(sessions -> {
            try {
                sessions.list(fits).toCompletableFuture().get(ANSWER_MS, TimeUnit.MILLISECONDS).stream()
                        .map((Function<SessionInfo, String>) this::word)
                        .filter(word -> !word.isEmpty())
                        .forEach(words::add);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                // Nothing to offer is what a completer says when it does not know.
            }
        });
        return words;
    }

    /** Session ids. */
    @Service
    public static final class Ids extends SessionWords {
        @Override
        String word(SessionInfo session) {
            return session.id().toString();
        }
    }

    /** MAC addresses. */
    @Service
    public static final class Macs extends SessionWords {
        @Override
        String word(SessionInfo session) {
            return session.key().mac().toString();
        }
    }

    /** IPv4 addresses. */
    @Service
    public static final class Addresses extends SessionWords {
        @Override
        String word(SessionInfo session) {
            return session.address().map(Ip4::toString).orElse("");
        }
    }

    /** Access lines as port and VLANs. */
    @Service
    public static final class Lines extends SessionWords {
        @Override
        String word(SessionInfo session) {
            String line = session.key().line().toString();
            return line.substring(0, (line + " ").indexOf(' '));
        }
    }

    /** User names. */
    @Service
    public static final class Users extends SessionWords {
        @Override
        String word(SessionInfo session) {
            return Printable.of(session.userName());
        }
    }

    /** States in which a session is now. */
    @Service
    public static final class States extends SessionWords {
        @Override
        String word(SessionInfo session) {
            return session.state();
        }
    }

    /** Acct-Terminate-Cause. */
    @Service
    public static final class Causes implements Completer {
        @Override
        public int complete(Session session, CommandLine line, List<String> candidates) {
            return new org.apache.karaf.shell.support.completers.StringsCompleter(Arrays.stream(TerminateCause.values())
                            .map(TerminateCause::toString)
                            .toList())
                    .complete(session, line, candidates);
        }
    }
}
