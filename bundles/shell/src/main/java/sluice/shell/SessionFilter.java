package sluice.shell;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.session.api.SessionInfo;

/**
 * Which sessions an operator wants to see. Conditions hold together; text is compared as a whole, ignoring case, and
 * may contain {@code *} for anything.
 */
final class SessionFilter {

    private SessionFilter() {}

    /**
     * A condition from the options of a command; an empty text sets none.
     *
     * @param line access line as {@code session:list} shows it, or only {@code port:svlan.cvlan}, or its circuit-id or
     *     remote-id
     * @param mac MAC address, or a part with {@code *}
     * @param address IPv4 address or prefix
     * @param user user name
     * @param state state of the protocol
     * @throws IllegalArgumentException when a MAC address, an address or a prefix cannot be read
     */
    static Predicate<SessionInfo> of(String line, String mac, String address, String user, String state) {
        return Stream.of(line(line), mac(mac), address(address), user(user), state(state))
                .reduce(any -> true, Predicate::and);
    }

    private static Predicate<SessionInfo> line(String wanted) {
        if (wanted.isEmpty()) {
            return any -> true;
        }
        Predicate<String> matches = text(wanted);
        return session -> {
            LineId line = session.key().line();
            String whole = line.toString();
            return matches.test(whole)
                    || matches.test(whole.substring(0, (whole + " ").indexOf(' ')))
                    || matches.test(LineId.printable(line.circuitId()))
                    || matches.test(LineId.printable(line.remoteId()));
        };
    }

    private static Predicate<SessionInfo> mac(String wanted) {
        if (wanted.isEmpty()) {
            return any -> true;
        }
        if (wanted.indexOf('*') >= 0) {
            Predicate<String> matches = text(wanted.replace('-', ':'));
            return session -> matches.test(session.key().mac().toString());
        }
        MacAddress mac = MacAddress.parse(wanted);
        return session -> session.key().mac().equals(mac);
    }

    private static Predicate<SessionInfo> address(String wanted) {
        if (wanted.isEmpty()) {
            return any -> true;
        }
        Ip4Prefix prefix = wanted.indexOf('/') >= 0 ? Ip4Prefix.parse(wanted) : new Ip4Prefix(Ip4.parse(wanted), 32);
        return session -> session.address().filter(prefix::contains).isPresent();
    }

    private static Predicate<SessionInfo> user(String wanted) {
        if (wanted.isEmpty()) {
            return any -> true;
        }
        Predicate<String> matches = text(wanted);
        return session -> matches.test(session.userName());
    }

    private static Predicate<SessionInfo> state(String wanted) {
        if (wanted.isEmpty()) {
            return any -> true;
        }
        Predicate<String> matches = text(wanted);
        return session -> matches.test(session.state());
    }

    private static Predicate<String> text(String wanted) {
        String expression = Stream.of(wanted.split("\\*", -1))
                .map(Pattern::quote)
                .reduce((a, b) -> a + ".*" + b)
                .orElse("");
        return Pattern.compile(expression, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL)
                .asMatchPredicate();
    }
}
