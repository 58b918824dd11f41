package sluice.shell;

import java.util.regex.Pattern;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;

/** How an operator names one session, or its entry in the data plane. */
sealed interface SessionSelector {

    Pattern ADDRESS = Pattern.compile("[0-9]+(\\.[0-9]+){3}");
    Pattern MAC = Pattern.compile("[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}");
    Pattern ID = Pattern.compile("[0-9A-Fa-f]{16}");
    Pattern LINE = Pattern.compile("[0-9]+:(-|[0-9]+(\\.[0-9]+)?)( .*)?");

    boolean matches(SessionInfo session);

    boolean matches(SubscriberEntry entry);

    /**
     * What the operator typed; what looks like nothing else is a user name.
     *
     * @throws IllegalArgumentException for an address that is none
     */
    static SessionSelector parse(String text) {
        if (ADDRESS.matcher(text).matches()) {
            return new ByAddress(Ip4.parse(text));
        }
        if (MAC.matcher(text).matches()) {
            return new ByMac(MacAddress.parse(text));
        }
        if (ID.matcher(text).matches()) {
            return new ById(SessionId.parse(text));
        }
        return LINE.matcher(text).matches() ? new ByLine(text) : new ByUser(text);
    }

    /** Port and VLANs of a line, as {@code session:list} shows them. */
    static String place(LineId line) {
        String text = line.toString();
        return text.substring(0, (text + " ").indexOf(' '));
    }

    /** Port and VLANs of an entry. */
    static String place(SubscriberEntry entry) {
        return LineId.of(entry.port(), entry.tags(), Bytes.EMPTY, Bytes.EMPTY).toString();
    }

    record ById(SessionId id) implements SessionSelector {
        @Override
        public boolean matches(SessionInfo session) {
            return session.id().equals(id);
        }

        @Override
        public boolean matches(SubscriberEntry entry) {
            return entry.session() == id.value();
        }
    }

    record ByMac(MacAddress mac) implements SessionSelector {
        @Override
        public boolean matches(SessionInfo session) {
            return session.key().mac().equals(mac);
        }

        @Override
        public boolean matches(SubscriberEntry entry) {
            return entry.mac().equals(mac);
        }
    }

    record ByAddress(Ip4 address) implements SessionSelector {
        @Override
        public boolean matches(SessionInfo session) {
            return session.address().filter(address::equals).isPresent();
        }

        @Override
        public boolean matches(SubscriberEntry entry) {
            return entry.address().equals(address);
        }
    }

    /** Port and VLANs, with the circuit-id and remote-id or without. */
    record ByLine(String line) implements SessionSelector {
        @Override
        public boolean matches(SessionInfo session) {
            LineId of = session.key().line();
            return line.equals(of.toString()) || line.equals(place(of));
        }

        @Override
        public boolean matches(SubscriberEntry entry) {
            return line.equals(place(entry));
        }
    }

    /** The data plane knows no user names. */
    record ByUser(String name) implements SessionSelector {
        @Override
        public boolean matches(SessionInfo session) {
            return session.userName().equalsIgnoreCase(name);
        }

        @Override
        public boolean matches(SubscriberEntry entry) {
            return false;
        }
    }
}
