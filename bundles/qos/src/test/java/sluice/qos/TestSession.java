package sluice.qos;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.Policy;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionKey;

/** Open sessions for tests. */
final class TestSession {

    private TestSession() {}

    static SessionInfo of(int number, String policy, Traffic traffic) {
        return of(number, Optional.of(new Policy(policy, Policer.UNLIMITED, Policer.UNLIMITED)), traffic);
    }

    static SessionInfo of(int number, Optional<Policy> policy, Traffic traffic) {
        LineId line = new LineId(0, 100, number, Bytes.EMPTY, Bytes.EMPTY);
        return new SessionInfo(
                new SessionId(number),
                new SessionKey(line, new MacAddress(0x0200_0000_0000L + number)),
                "dhcp4",
                "bound",
                "user",
                AuthState.AUTHENTICATED,
                policy.map(chosen -> Authorization.DEFAULT),
                Optional.of(new Ip4(0x0a400000 + number)),
                Optional.of("residential"),
                policy,
                Optional.of(Instant.EPOCH),
                Optional.empty(),
                Map.of(),
                Map.of(),
                traffic,
                List.of());
    }
}
