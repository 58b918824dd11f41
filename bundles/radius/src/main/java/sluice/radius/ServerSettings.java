package sluice.radius;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import sluice.platform.api.Secret;

/**
 * One RADIUS server as the operator describes it.
 *
 * @param name of the configuration, shown
 * @param authPort 0 when it is not asked who subscribers are
 * @param acctPort 0 when it gets no accounting
 * @param timeout until a request is sent again
 * @param tries how often a request is sent before the next server is asked
 * @param messageAuthenticatorDemanded whether verdicts without a Message-Authenticator are refused
 * @param priority the lowest is asked first; servers of one priority share the requests
 * @param inFlightMax requests that may wait for this server, for each service; 0: as many as there are identifiers
 * @param tls with it RADIUS is spoken over TLS, else over UDP
 * @param realms whose users this server is asked about, in lower case; empty: those of whom no other server is asked
 */
record ServerSettings(
        String name,
        InetAddress host,
        int authPort,
        int acctPort,
        Secret secret,
        Duration timeout,
        int tries,
        boolean messageAuthenticatorDemanded,
        int priority,
        int inFlightMax,
        Optional<TlsSettings> tls,
        Set<String> realms) {

    ServerSettings {
        realms = Set.copyOf(realms);
        if (realms.stream().anyMatch(realm -> realm.indexOf('@') >= 0)) {
            throw new IllegalArgumentException(
                    "Realms " + realms + ", expected what stands behind the @ of user names");
        }
        if (authPort < 0 || authPort > 65535 || acctPort < 0 || acctPort > 65535) {
            throw new IllegalArgumentException("Ports " + authPort + " and " + acctPort + ", expected 0..65535");
        }
        if (timeout.toMillis() < 10 || timeout.toMillis() > 60_000) {
            throw new IllegalArgumentException("Time-out " + timeout.toMillis() + " ms, expected 10..60000");
        }
        if (tries < 1 || tries > 10) {
            throw new IllegalArgumentException("Retries " + tries + ", expected 1..10");
        }
        if (inFlightMax < 0) {
            throw new IllegalArgumentException("In flight " + inFlightMax + ", expected 0 or more");
        }
    }

    /** A server for everybody. */
    ServerSettings(
            String name,
            InetAddress host,
            int authPort,
            int acctPort,
            Secret secret,
            Duration timeout,
            int tries,
            boolean messageAuthenticatorDemanded,
            int priority,
            int inFlightMax,
            Optional<TlsSettings> tls) {
        this(
                name,
                host,
                authPort,
                acctPort,
                secret,
                timeout,
                tries,
                messageAuthenticatorDemanded,
                priority,
                inFlightMax,
                tls,
                Set.of());
    }

    /** A server over UDP without a limit of its own. */
    ServerSettings(
            String name,
            InetAddress host,
            int authPort,
            int acctPort,
            Secret secret,
            Duration timeout,
            int tries,
            boolean messageAuthenticatorDemanded,
            int priority) {
        this(
                name,
                host,
                authPort,
                acctPort,
                secret,
                timeout,
                tries,
                messageAuthenticatorDemanded,
                priority,
                0,
                Optional.empty());
    }

    /** Address and port as people write them. */
    String address(RequestKind kind) {
        String text = host.getHostAddress();
        return (host instanceof Inet6Address ? "[" + text + "]" : text) + ":" + kind.port(this);
    }
}
