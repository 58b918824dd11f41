package sluice.radius;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.radius.packet.MacFormat;
import sluice.radius.packet.PortTemplate;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Credentials;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.testkit.FakeJournal;
import sluice.testkit.ManualClock;

/** What the tests of this bundle begin with. */
final class Samples {

    static final LineId LINE = new LineId(2, 100, 7, Bytes.utf8("1/0/3"), Bytes.utf8("cstm-relay-02"));
    static final MacAddress MAC = MacAddress.parse("02:5b:00:00:0a:03");

    private Samples() {}

    static RequestSettings settings(PasswordPolicy password) {
        return new RequestSettings(
                "bng-01",
                Ip4.parse("198.18.255.2"),
                Optional.of(Ip6.parse("2001:db8::2")),
                MacFormat.COLONS,
                Optional.empty(),
                new PortTemplate("{port}:{svlan}.{cvlan}"),
                password,
                2);
    }

    static RequestSettings settings() {
        return settings(new PasswordPolicy.None());
    }

    static LoopSettings loop(int sockets, int inFlight) {
        return loop(sockets, inFlight, Duration.ZERO, Balance.LEAST_OUTSTANDING);
    }

    static LoopSettings loop(int sockets, int inFlight, Duration statusTime, Balance balance) {
        return new LoopSettings(LinkSource.ANY, sockets, inFlight, Duration.ofSeconds(30), statusTime, balance);
    }

    static SpoolSettings spool(int perSecond) {
        return new SpoolSettings(perSecond, Duration.ofHours(1), 50, Duration.ofDays(7));
    }

    static RadiusAccounting accounting(RadiusClient client, FakeJournal journal, ManualClock clock) {
        return accounting(client, journal, clock, clock.wall(), 0);
    }

    static RadiusAccounting accounting(
            RadiusClient client, FakeJournal journal, MonotonicClock clock, InstantSource wall, int perSecond) {
        return new RadiusAccounting(client, spool(perSecond), new SpoolParts(journal, journal, journal, clock, wall));
    }

    static AuthenticationRequest request(String userName) {
        return request(userName, LINE, Map.of());
    }

    static AuthenticationRequest request(String userName, Credentials credentials) {
        return new AuthenticationRequest(
                new SessionId(0x1234_5678_9abcL),
                new SessionKey(LINE, MAC),
                "pppoe",
                userName,
                Map.of(),
                Optional.of(credentials),
                false);
    }

    static AuthenticationRequest request(String userName, LineId line, Map<String, String> attributes) {
        return new AuthenticationRequest(
                new SessionId(0x1234_5678_9abcL), new SessionKey(line, MAC), "dhcp4", userName, attributes);
    }
}
