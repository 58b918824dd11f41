package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tinyradius.core.RadiusPacketException;
import org.tinyradius.core.attribute.type.RadiusAttribute;
import org.tinyradius.core.packet.request.AccessRequestPap;
import org.tinyradius.core.packet.request.RadiusRequest;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Secret;
import sluice.radius.packet.MacFormat;
import sluice.radius.packet.PacketSignature;
import sluice.radius.packet.Packets;
import sluice.radius.packet.RadiusDictionary;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Credentials;

/** Access-Requests as TinyRadius reads them. */
class AccessRequestsTest {

    private static final String SECRET = "shared";
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");

    private final RadiusDictionary dictionary = RadiusDictionary.builtIn();
    private final CounterSet<RadiusCounter> counters = new CounterSet<>(RadiusCounter.class);
    private final PacketSignature signature = new PacketSignature(new Secret(SECRET.getBytes(StandardCharsets.UTF_8)));

    @Test
    void requestSaysWhoAsksAndOnWhichLine() throws Exception {
        RadiusRequest request = sealed(Samples.request("bng-01/cstm-relay-02/1/0/3"), Samples.settings());
        assertThat(text(request, "User-Name")).isEqualTo("bng-01/cstm-relay-02/1/0/3");
        assertThat(text(request, "NAS-Identifier")).isEqualTo("bng-01");
        assertThat(text(request, "NAS-IP-Address")).isEqualTo("198.18.255.2");
        assertThat(text(request, "NAS-Port")).isEqualTo(Long.toString(2L << 24 | 100 << 12 | 7));
        assertThat(text(request, "NAS-Port-Id")).isEqualTo("2:100.7");
        assertThat(text(request, "NAS-Port-Type")).isEqualTo("Ethernet");
        assertThat(text(request, "Service-Type")).isEqualTo("Framed");
        assertThat(text(request, "Calling-Station-Id")).isEqualTo("02:5b:00:00:0a:03");
        assertThat(text(request, "Acct-Session-Id")).isEqualTo("0000123456789abc");
        assertThat(text(request, "Event-Timestamp")).isEqualTo(Long.toString(NOW.getEpochSecond()));
        assertThat(value(request, "ADSL-Agent-Circuit-Id")).isEqualTo(Bytes.utf8("1/0/3"));
        assertThat(value(request, "ADSL-Agent-Remote-Id")).isEqualTo(Bytes.utf8("cstm-relay-02"));
        assertThat(request.filterAttributes("User-Password")).isEmpty();
    }

    @Test
    void subscriberWhoDialsIsFramedByPppWhateverTheOperatorSaysOfOthers() throws Exception { // RFC 2865, 5.6 and 5.7
        RadiusRequest request =
                sealed(Samples.request("x", new Credentials.Pap(Bytes.utf8("secret"))), Samples.settings());
        assertThat(text(request, "Service-Type")).isEqualTo("Framed");
        assertThat(text(request, "Framed-Protocol")).isEqualTo("PPP");
        assertThat(text(request, "NAS-Port-Type")).isEqualTo("PPPoEoQinQ"); // RFC 4603, 2
        RadiusRequest earlier = sealed(Samples.request("x", new Credentials.Earlier()), Samples.settings());
        assertThat(text(earlier, "Service-Type")).isEqualTo("Authorize-Only");
        assertThat(text(earlier, "Framed-Protocol")).isEqualTo("PPP");
    }

    @Test
    void messageAuthenticatorStandsFirstAndIsRight() throws Exception {
        RadiusRequest request = sealed(Samples.request("somebody"), Samples.settings());
        assertThat(request.getAttributes().getFirst().getType()).isEqualTo(80);
    }

    @Test
    void passwordIsHiddenInBlocksOfSixteen() throws Exception {
        String password = "a password that is longer than two blocks of sixteen";
        PasswordPolicy policy = new PasswordPolicy.Shared(new Secret(password.getBytes(StandardCharsets.UTF_8)));
        RadiusRequest request = sealed(Samples.request("somebody"), Samples.settings(policy));
        assertThat(((AccessRequestPap) request).getPassword()).contains(password);
    }

    @Test
    void userNameMayBeThePassword() throws Exception {
        RadiusRequest request = sealed(Samples.request("somebody"), Samples.settings(new PasswordPolicy.UserName()));
        assertThat(((AccessRequestPap) request).getPassword()).contains("somebody");
    }

    @Test
    void idsOfALineAreBytesAndNeverBecomeAttributes() throws Exception {
        Bytes evil = Bytes.utf8("1/0/3\", Filter-Id = \"unlimited\"\n\0").plus(Bytes.of(0xff, 11, 4, 'x'));
        LineId line = new LineId(0, 1, 2, evil, evil);
        RadiusRequest request = sealed(Samples.request("x", line, Map.of()), Samples.settings());
        assertThat(value(request, "ADSL-Agent-Circuit-Id")).isEqualTo(evil);
        assertThat(request.filterAttributes("Filter-Id")).isEmpty();
    }

    @Test
    void idsThatDoNotFitAreLeftOutAndNotCut() throws Exception {
        LineId line = new LineId(0, 1, 2, Bytes.copyOf(new byte[248]), Bytes.copyOf(new byte[247]));
        RadiusRequest request = sealed(Samples.request("x", line, Map.of()), Samples.settings());
        assertThat(request.filterAttributes("ADSL-Agent-Circuit-Id")).isEmpty();
        assertThat(value(request, "ADSL-Agent-Remote-Id").length()).isEqualTo(247);
        assertThat(counters.get(RadiusCounter.LEFT_OUT)).isEqualTo(1);
    }

    @Test
    void userNameThatDoesNotFitIsNotAskedFor() {
        assertThat(requests(Samples.settings()).draft(Samples.request("x".repeat(254))))
                .isEmpty();
        assertThat(requests(Samples.settings()).draft(Samples.request(""))).isEmpty();
        assertThat(requests(Samples.settings()).draft(Samples.request("x".repeat(253))))
                .isPresent();
    }

    @Test
    void whatTheProtocolKnowsIsSentByTheTypesOfTheDictionary() throws Exception {
        Map<String, String> attributes = Map.of(
                "Actual-Data-Rate-Upstream", "100000000",
                "DHCP-Client-Identifier", "0x01025b",
                "DHCP-Hostname", "laptop",
                "DHCP-Gateway-IP-Address", "10.0.0.1",
                "Framed-Protocol", "PPP");
        RadiusRequest request = sealed(Samples.request("x", Samples.LINE, attributes), Samples.settings());
        assertThat(text(request, "Actual-Data-Rate-Upstream")).isEqualTo("100000000");
        assertThat(value(request, "DHCP-Client-Identifier")).isEqualTo(Bytes.of(1, 2, 0x5b));
        assertThat(text(request, "DHCP-Hostname")).isEqualTo("laptop");
        assertThat(text(request, "DHCP-Gateway-IP-Address")).isEqualTo("10.0.0.1");
        assertThat(text(request, "Framed-Protocol")).isEqualTo("PPP");
    }

    @Test
    void questionThatACoaWantedIsAuthorizeOnlyAndTakesItsState() throws Exception { // RFC 5176, 3.2
        Map<String, String> attributes = Map.of("Service-Type", "Authorize-Only", "State", "0xcafe");
        AuthenticationRequest first = Samples.request("x", Samples.LINE, attributes);
        AuthenticationRequest again = new AuthenticationRequest(
                first.session(), first.key(), first.protocol(), first.userName(), attributes, Optional.empty(), true);
        assertThat(text(sealed(first, Samples.settings()), "Service-Type")).isEqualTo("Framed");
        RadiusRequest request = sealed(again, Samples.settings());
        assertThat(text(request, "Service-Type")).isEqualTo("Authorize-Only");
        assertThat(value(request, "State")).isEqualTo(Bytes.of(0xca, 0xfe));
    }

    @Test
    void subscriberWhoProvedHimselfEarlierIsAskedAboutWithoutAProof() throws Exception { // RFC 5176, 3.2
        RequestSettings shared = Samples.settings(new PasswordPolicy.Shared(new Secret(new byte[] {1, 2, 3})));
        assertThat(sealed(Samples.request("x"), shared).filterAttributes("User-Password"))
                .hasSize(1);
        RadiusRequest request = sealed(Samples.request("x", new Credentials.Earlier()), shared);
        assertThat(text(request, "Service-Type")).isEqualTo("Authorize-Only");
        assertThat(request.filterAttributes("User-Password"))
                .as("the operator's is not the subscriber's")
                .isEmpty();
        assertThat(request.filterAttributes("CHAP-Password")).isEmpty();
    }

    @Test
    void attributesThatAreUnknownUnsuitableOrOursAreNotSent() throws Exception {
        Map<String, String> attributes =
                Map.of("Nobody-Knows", "1", "Framed-IP-Address", "999.1.1.1", "User-Name", "somebody else");
        RadiusRequest request = sealed(Samples.request("x", Samples.LINE, attributes), Samples.settings());
        assertThat(request.filterAttributes("User-Name")).hasSize(1);
        assertThat(text(request, "User-Name")).isEqualTo("x");
        assertThat(request.filterAttributes("Framed-IP-Address")).isEmpty();
        assertThat(counters.get(RadiusCounter.UNKNOWN_ATTRIBUTES)).isEqualTo(1);
        assertThat(counters.get(RadiusCounter.UNSUITABLE_VALUES)).isEqualTo(1);
    }

    @Test
    void requestNeverGrowsBeyondAPacket() throws Exception {
        Map<String, String> attributes = new TreeMap<>();
        for (String name : List.of(
                "Cisco-AVPair",
                "Cisco-NAS-Port",
                "Reply-Message",
                "Callback-Id",
                "Connect-Info",
                "NAS-Filter-Rule",
                "Framed-Route",
                "Framed-Pool",
                "WISPr-Location-ID",
                "WISPr-Location-Name",
                "WISPr-Logoff-URL",
                "Alc-Subsc-ID-Str",
                "Alc-ANCP-Str",
                "ERX-Virtual-Router-Name",
                "Mikrotik-Group",
                "Mikrotik-Realm",
                "DHCP-Hostname",
                "Acct-Multi-Session-Id")) {
            attributes.put(name, "y".repeat(240));
        }
        RequestDraft draft = requests(Samples.settings())
                .draft(Samples.request("x", Samples.LINE, attributes))
                .orElseThrow();
        assertThat(draft.packet().length).isLessThanOrEqualTo(Packets.MAX);
        assertThat(counters.get(RadiusCounter.LEFT_OUT)).isPositive();
    }

    @Test
    void callingStationIdComesInTwoFormats() {
        assertThat(MacFormat.like("AA-BB-CC-DD-EE-FF").format(Samples.MAC)).isEqualTo("02-5B-00-00-0A-03");
        assertThat(MacFormat.like("aa:bb:cc:dd:ee:ff").format(Samples.MAC)).isEqualTo("02:5b:00:00:0a:03");
    }

    private AccessRequests requests(RequestSettings settings) {
        return new AccessRequests(settings, dictionary, () -> NOW, counters);
    }

    /** Sealed by us, its Message-Authenticator checked and its password found by TinyRadius. */
    private RadiusRequest sealed(AuthenticationRequest question, RequestSettings settings)
            throws RadiusPacketException {
        RequestDraft draft = requests(settings).draft(question).orElseThrow();
        byte[] packet = draft.packet();
        packet[Packets.ID_AT] = 9;
        for (int i = 0; i < Packets.AUTHENTICATOR; i++) {
            packet[Packets.AUTHENTICATOR_AT + i] = (byte) (i * 7 + 1);
        }
        signature.sealAccess(packet, draft.messageAuthenticatorAt(), draft.passwordAt(), draft.password());
        return RadiusRequest.fromByteBuf(PeerDictionary.INSTANCE, Unpooled.wrappedBuffer(packet))
                .decodeRequest(SECRET);
    }

    private static String text(RadiusRequest request, String name) {
        return attribute(request, name).getValueString();
    }

    private static Bytes value(RadiusRequest request, String name) {
        return Bytes.copyOf(attribute(request, name).getValue());
    }

    private static RadiusAttribute attribute(RadiusRequest request, String name) {
        List<RadiusAttribute> found = request.filterAttributes(name);
        assertThat(found).as(name).hasSize(1);
        return found.getFirst();
    }
}
