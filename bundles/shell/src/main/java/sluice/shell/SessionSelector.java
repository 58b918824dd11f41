package sluice.shell;

import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;

/** How an operator names one session. */
sealed interface SessionSelector {

    boolean matches(SessionInfo session);

    /**
     * What the operator typed.
     *
     * @throws IllegalArgumentException when the text is neither an id nor a MAC nor an IPv4 address
     */
    static SessionSelector parse(String text) {
        if (text.indexOf('.') >= 0) {
            return new ByAddress(Ip4.parse(text));
        }
        if (text.indexOf(':') >= 0 || text.indexOf('-') >= 0) {
            return new ByMac(MacAddress.parse(text));
        }
        return new ById(SessionId.parse(text));
    }

    record ById(SessionId id) implements SessionSelector {
        @Override
        public boolean matches(SessionInfo session) {
            return session.id().equals(id);
        }
    }

    record ByMac(MacAddress mac) implements SessionSelector {
        @Override
        public boolean matches(SessionInfo session) {
            return session.key().mac().equals(mac);
        }
    }

    record ByAddress(Ip4 address) implements SessionSelector {
        @Override
        public boolean matches(SessionInfo session) {
            return session.address().filter(address::equals).isPresent();
        }
    }
}
