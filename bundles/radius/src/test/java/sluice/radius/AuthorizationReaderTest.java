package sluice.radius;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.WireWriter;
import sluice.platform.api.CounterSet;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeWriter;
import sluice.radius.packet.Packets;
import sluice.radius.packet.RadiusDictionary;
import sluice.radius.packet.VerifiedPacket;
import sluice.session.api.Authorization;
import sluice.session.api.Outcome;

class AuthorizationReaderTest {

    private final CounterSet<RadiusCounter> counters = new CounterSet<>(RadiusCounter.class);
    private final AuthorizationReader reader = new AuthorizationReader(RadiusDictionary.builtIn(), counters);
    private final AttributeWriter out = new AttributeWriter();

    @Test
    void acceptBecomesAnAuthorization() throws Exception {
        out.text(AttributeCode.FILTER_ID, "residential-100mbps");
        out.ip4(AttributeCode.FRAMED_IP_ADDRESS, Ip4.parse("100.64.0.10"));
        out.text(AttributeCode.FRAMED_POOL, "pool-a");
        out.ip4(AttributeCode.MS_PRIMARY_DNS, Ip4.parse("9.9.9.9"));
        out.ip4(AttributeCode.MS_SECONDARY_DNS, Ip4.parse("1.1.1.1"));
        out.number(AttributeCode.SESSION_TIMEOUT, 3600);
        out.number(AttributeCode.IDLE_TIMEOUT, 600);
        out.number(AttributeCode.ACCT_INTERIM_INTERVAL, 300);
        out.octets(AttributeCode.CLASS, Bytes.utf8("first"));
        out.octets(AttributeCode.CLASS, Bytes.of(0, 255));
        out.number(new AttributeCode(0, 29), 1);
        Authorization found = accepted();
        assertThat(found.policy()).contains("residential-100mbps");
        assertThat(found.addressing().address()).contains(Ip4.parse("100.64.0.10"));
        assertThat(found.addressing().pool()).contains("pool-a");
        assertThat(found.addressing().dns()).containsExactly(Ip4.parse("9.9.9.9"), Ip4.parse("1.1.1.1"));
        assertThat(found.timeouts().session()).contains(Duration.ofHours(1));
        assertThat(found.timeouts().idle()).contains(Duration.ofMinutes(10));
        assertThat(found.timeouts().interim()).contains(Duration.ofMinutes(5));
        assertThat(found.classes()).containsExactly(Bytes.utf8("first"), Bytes.of(0, 255));
        assertThat(found.timeouts().reauthenticate()).isTrue();
    }

    @Test
    void emptyAcceptIsTheDefault() throws Exception {
        assertThat(accepted()).isEqualTo(Authorization.DEFAULT);
    }

    @Test
    void addressThatTheGatewayShallChooseIsNone() throws Exception { // RFC 2865, 5.8
        out.ip4(AttributeCode.FRAMED_IP_ADDRESS, Ip4.parse("255.255.255.254"));
        assertThat(accepted().addressing().address()).isEmpty();
    }

    @Test
    void ratesOfVendorsBecomePolicers() throws Exception {
        out.number(AttributeCode.DOWNLOAD_RATE, 25_000);
        out.number(AttributeCode.UPLOAD_RATE, 10_000);
        out.number(AttributeCode.DOWNLOAD_BURST, 1_000);
        out.text(AttributeCode.MIKROTIK_RATE_LIMIT, "1M/2M");
        Authorization found = accepted();
        assertThat(found.download()).contains(new Policer(25_000_000, 125_000));
        assertThat(found.upload()).contains(new Policer(10_000_000, 37_500));
    }

    @Test
    void wisprRatesAreBitsPerSecond() throws Exception {
        out.number(AttributeCode.WISPR_MAX_DOWN, 50_000_000);
        out.number(AttributeCode.WISPR_MAX_UP, 128_000);
        Authorization found = accepted();
        assertThat(found.download()).contains(new Policer(50_000_000, 500_000));
        assertThat(found.upload()).contains(new Policer(128_000, 15_000));
    }

    @Test
    void rateThatIsNotUnderstoodIsCountedAndShown() throws Exception {
        out.text(AttributeCode.MIKROTIK_RATE_LIMIT, "as fast as can be");
        Authorization found = accepted();
        assertThat(found.download()).isEmpty();
        assertThat(found.other()).containsEntry("Mikrotik-Rate-Limit", List.of("as fast as can be"));
        assertThat(counters.get(RadiusCounter.UNREADABLE_RATES)).isEqualTo(1);
    }

    @Test
    void policyNamesOfVendorsServeWhereThereIsNoFilterId() throws Exception {
        out.text(AttributeCode.ERX_INGRESS_POLICY, "in").text(AttributeCode.ERX_EGRESS_POLICY, "out");
        assertThat(accepted().policy()).contains("out");
        out.text(AttributeCode.ALC_SLA_PROFILE, "sla");
        assertThat(accepted().policy()).contains("sla");
        out.text(AttributeCode.FILTER_ID, "named");
        Authorization found = accepted();
        assertThat(found.policy()).contains("named");
        assertThat(found.other()).containsEntry("ERX-Ingress-Policy-Name", List.of("in"));
    }

    @Test
    void unknownAndMalformedAttributesSurvive() throws Exception {
        out.octets(new AttributeCode(0, 250), Bytes.of(1, 2));
        out.octets(new AttributeCode(99_999, 7), Bytes.of(3));
        out.octets(new AttributeCode(0, 26), Bytes.of(0, 0, 0, 9, 1, 200, 'x')); // a length beyond its end
        out.octets(new AttributeCode(0, 97), Bytes.of(0, 60, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0x10));
        out.octets(new AttributeCode(0, 69), Bytes.utf8("secret tunnel password"));
        out.text(new AttributeCode(0, 18), "two\nlines");
        Authorization found = accepted();
        assertThat(found.other())
                .containsEntry("Attr-250", List.of("0x0102"))
                .containsEntry("Vendor-Specific", List.of("0x0001869f070303", "0x0000000901c878"))
                .containsEntry("Tunnel-Password", List.of("(encrypted)"));
        assertThat(found.addressing().framedPrefix()).contains(Ip6Prefix.parse("2001:db8:0:10::/60"));
        assertThat(found.replyMessage()).contains("two\\x0alines");
    }

    @Test
    void acceptWithAValueOfTheWrongSizeThatWouldTakeEffectIsAReject() { // RFC 2865, 5
        out.octets(AttributeCode.FRAMED_IP_ADDRESS, Bytes.of(10, 0, 0));
        assertThat(read(Packets.ACCESS_ACCEPT))
                .isEqualTo(new Outcome.Rejected("accepted by RADIUS with a Framed-IP-Address of the wrong size"));
        assertThat(counters.get(RadiusCounter.MALFORMED_ACCEPTS)).isEqualTo(1);
        assertThat(counters.get(RadiusCounter.ACCEPTED)).isZero();
    }

    @Test
    void rejectTellsWhy() throws Exception {
        out.text(AttributeCode.REPLY_MESSAGE, "not").text(AttributeCode.REPLY_MESSAGE, "paid");
        assertThat(read(Packets.ACCESS_REJECT)).isEqualTo(new Outcome.Rejected("not paid"));
    }

    @Test
    void wordsOfMsChapGoBackToWhoAskedAndStayNowhere() throws Exception { // RFC 2548, 2.3.3 and 2.1.5
        Bytes success = Bytes.of(7).plus(Bytes.utf8("S=" + "0123456789".repeat(4)));
        out.octets(AttributeCode.MS_CHAP2_SUCCESS, success);
        Outcome.Accepted accepted = (Outcome.Accepted) read(Packets.ACCESS_ACCEPT);
        assertThat(accepted.success()).contains(success);
        assertThat(accepted.authorization().other()).isEmpty();
        Bytes error = Bytes.of(7).plus(Bytes.utf8("E=691 R=0 V=3"));
        out.octets(AttributeCode.MS_CHAP_ERROR, error).text(AttributeCode.REPLY_MESSAGE, "wrong");
        assertThat(read(Packets.ACCESS_REJECT)).isEqualTo(new Outcome.Rejected("wrong", Optional.of(error)));
    }

    @Test
    void challengeIsAReject() throws Exception {
        assertThat(read(Packets.ACCESS_CHALLENGE)).isInstanceOf(Outcome.Rejected.class);
        assertThat(counters.get(RadiusCounter.CHALLENGED)).isEqualTo(1);
    }

    @Test
    void randomAttributesAreReadOrRefused() {
        long seed = 42;
        Random random = new Random(seed);
        int[] interesting = {8, 11, 25, 26, 27, 64, 69, 80, 85, 88, 97, 123};
        for (int i = 0; i < 50_000; i++) {
            WireWriter attributes = new WireWriter();
            for (int n = random.nextInt(8); n > 0; n--) {
                byte[] value = new byte[random.nextInt(20)];
                random.nextBytes(value);
                if (value.length > 4 && random.nextBoolean()) { // a vendor that is known
                    int[] vendors = {3561, 43242, 14988, 4874, 6527, 14122, 311, 54};
                    Bytes vendor = new WireWriter(4)
                            .u32(vendors[random.nextInt(vendors.length)])
                            .toBytes();
                    vendor.writeTo(value, 0);
                }
                attributes.u8(interesting[random.nextInt(interesting.length)]).u8(2 + value.length);
                attributes.bytes(Bytes.adopt(value));
            }
            assertThat(reader.outcome(new VerifiedPacket(2, 0, Bytes.EMPTY, attributes.toBytes())))
                    .as("seed %d, reply %d", seed, i)
                    .isNotNull();
        }
    }

    private Authorization accepted() {
        return ((Outcome.Accepted) read(Packets.ACCESS_ACCEPT)).authorization();
    }

    private Outcome read(int code) {
        Bytes packet = Bytes.copyOf(out.packet());
        return reader.outcome(new VerifiedPacket(code, 0, Bytes.EMPTY, packet.slice(Packets.HEADER)));
    }
}
