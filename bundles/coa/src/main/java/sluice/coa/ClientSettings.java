package sluice.coa;

import java.util.List;
import sluice.platform.api.Secret;

/**
 * A system that may send requests, as the operator describes it.
 *
 * @param name of the configuration, shown
 * @param hosts from where it sends
 * @param messageAuthenticatorDemanded whether requests without a Message-Authenticator are dropped
 * @param mayDisconnect whether it may end sessions
 * @param mayChange whether it may change them
 */
record ClientSettings(
        String name,
        List<AddressRange> hosts,
        Secret secret,
        boolean messageAuthenticatorDemanded,
        boolean mayDisconnect,
        boolean mayChange) {

    ClientSettings {
        hosts = List.copyOf(hosts);
    }

    boolean may(RequestKind kind) {
        return kind == RequestKind.DISCONNECT ? mayDisconnect : mayChange;
    }
}
