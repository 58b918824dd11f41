package sluice.radius.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.session.api.Authorization;
import sluice.session.api.Reach;

/** What each attribute of an Access-Accept that others rely on becomes, one row an attribute. */
class AcceptAttributesTest {

    private static final Ip4 ADDRESS = Ip4.parse("192.0.2.7");
    private static final Bytes SHORT_PREFIX = Bytes.of(0, 48, 0x20, 1, 0xd, 0xb8, 0, 7);
    private static final Ip6Prefix PREFIX = Ip6Prefix.parse("2001:db8:7::/48");

    /** @param place where its value must be found */
    private record Row(AttributeCode code, Bytes value, Function<Authorization, Object> place, Object expected) {}

    /** What takes effect, now or with the protocol that needs it: prefixes and their pools wait for DHCPv6. */
    private static final List<Row> PLACES = List.of(
            row(
                    AttributeCode.FRAMED_IP_ADDRESS,
                    ADDRESS.toBytes(),
                    to -> to.addressing().address(),
                    some(ADDRESS)),
            row(
                    AttributeCode.FRAMED_IP_NETMASK,
                    Bytes.of(255, 255, 255, 0),
                    to -> to.addressing().netmask(),
                    OptionalInt.of(24)),
            row(AttributeCode.FRAMED_POOL, "special", to -> to.addressing().pool(), some("special")),
            row(
                    AttributeCode.FRAMED_ROUTE,
                    "192.0.2.0/28 0.0.0.0 1",
                    to -> to.addressing().routes().toString(),
                    "[192.0.2.0/28 0.0.0.0 1]"),
            row(
                    AttributeCode.FRAMED_IPV6_PREFIX,
                    SHORT_PREFIX,
                    to -> to.addressing().framedPrefix(),
                    some(PREFIX)),
            row(
                    AttributeCode.DELEGATED_IPV6_PREFIX,
                    SHORT_PREFIX,
                    to -> to.addressing().delegatedPrefix(),
                    some(PREFIX)),
            row(AttributeCode.FRAMED_IPV6_POOL, "link", to -> to.addressing().framedPrefixPool(), some("link")),
            row(
                    AttributeCode.DELEGATED_IPV6_PREFIX_POOL,
                    "pd",
                    to -> to.addressing().delegatedPrefixPool(),
                    some("pd")),
            row(
                    AttributeCode.FRAMED_IPV6_ROUTE,
                    "2001:db8:7::/48 :: 1",
                    to -> to.addressing().routes6(),
                    List.of(PREFIX)),
            dns(AttributeCode.MS_PRIMARY_DNS),
            dns(AttributeCode.MS_SECONDARY_DNS),
            dns(AttributeCode.ERX_PRIMARY_DNS),
            dns(AttributeCode.ERX_SECONDARY_DNS),
            dns(AttributeCode.ALC_PRIMARY_DNS),
            dns(AttributeCode.ALC_SECONDARY_DNS),
            row(
                    AttributeCode.SESSION_TIMEOUT,
                    number(600),
                    to -> to.timeouts().session(),
                    some(Duration.ofMinutes(10))),
            row(AttributeCode.IDLE_TIMEOUT, number(600), to -> to.timeouts().idle(), some(Duration.ofMinutes(10))),
            row(
                    AttributeCode.ACCT_INTERIM_INTERVAL,
                    number(600),
                    to -> to.timeouts().interim(),
                    some(Duration.ofMinutes(10))),
            row(AttributeCode.TERMINATION_ACTION, number(1), to -> to.timeouts().reauthenticate(), true),
            row(AttributeCode.CLASS, Bytes.of(0, 255), Authorization::classes, List.of(Bytes.of(0, 255))),
            row(AttributeCode.FILTER_ID, "gold", Authorization::policy, some("gold")),
            row(AttributeCode.FILTER_ID, "garden:arrears", Authorization::reach, some(new Reach.Walled("arrears"))),
            row(AttributeCode.REPLY_MESSAGE, "welcome", Authorization::replyMessage, some("welcome")),
            row(AttributeCode.DOWNLOAD_RATE, number(8000), Authorization::download, some(Policer.towards(8_000_000))),
            row(AttributeCode.UPLOAD_RATE, number(8000), Authorization::upload, some(Policer.from(8_000_000))),
            row(AttributeCode.WISPR_MAX_DOWN, number(8000), Authorization::download, some(Policer.towards(8000))),
            row(AttributeCode.WISPR_MAX_UP, number(8000), Authorization::upload, some(Policer.from(8000))),
            row(AttributeCode.MIKROTIK_RATE_LIMIT, "1M/8M", Authorization::download, some(Policer.towards(8_000_000))),
            row(AttributeCode.MIKROTIK_RATE_LIMIT, "1M/8M", Authorization::upload, some(Policer.from(1_000_000))),
            row(AttributeCode.ERX_EGRESS_POLICY, "out", Authorization::policy, some("out")),
            row(AttributeCode.ALC_SLA_PROFILE, "sla", Authorization::policy, some("sla")));

    /**
     * What is kept and shown as it came: names of vendors beside what they do, State, which goes back to the server,
     * and what waits for the protocol that can tell it to a client.
     */
    private static final List<Row> KEPT = List.of(
            kept(AttributeCode.MIKROTIK_RATE_LIMIT, "Mikrotik-Rate-Limit", Bytes.utf8("1M/8M"), "1M/8M"),
            kept(AttributeCode.ALC_SLA_PROFILE, "Alc-SLA-Prof-Str", Bytes.utf8("sla"), "sla"),
            kept(AttributeCode.ERX_EGRESS_POLICY, "ERX-Egress-Policy-Name", Bytes.utf8("out"), "out"),
            kept(AttributeCode.ERX_INGRESS_POLICY, "ERX-Ingress-Policy-Name", Bytes.utf8("in"), "in"),
            kept(AttributeCode.STATE, "State", Bytes.of(0, 0xca, 0xfe), "0x00cafe"),
            kept(
                    AttributeCode.DNS_SERVER_IPV6_ADDRESS, // RFC 6911, 3.2
                    "DNS-Server-IPv6-Address",
                    Bytes.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53),
                    "2001:db8::53"),
            kept(new AttributeCode(0, 170), "Route-IPv6-Information", SHORT_PREFIX, "2001:db8:7::/48"), // RFC 6911, 3.3
            kept(new AttributeCode(64_999, 9), "Attr-26.64999.9", Bytes.of(1), "0x01"));

    @Test
    void eachAttributeIsFoundInItsPlace() throws PacketRefused {
        for (Row row : PLACES) {
            assertFound(row);
        }
    }

    @Test
    void eachAttributeWithoutPlaceIsKeptAndShown() throws PacketRefused {
        for (Row row : KEPT) {
            assertFound(row);
        }
    }

    @Test
    void burstsOfTheVendorGoWithTheirRates() throws PacketRefused {
        AuthorizationBuilder builder = new AuthorizationBuilder(RadiusDictionary.builtIn());
        for (AttributeCode rate : List.of(AttributeCode.DOWNLOAD_RATE, AttributeCode.UPLOAD_RATE)) {
            builder.add(new Attribute(rate, number(25_000)));
        }
        for (AttributeCode burst : List.of(AttributeCode.DOWNLOAD_BURST, AttributeCode.UPLOAD_BURST)) {
            builder.add(new Attribute(burst, number(1000)));
        }
        Policer expected = new Policer(25_000_000, 125_000);
        assertThat(builder.authorization().download()).contains(expected);
        assertThat(builder.authorization().upload()).contains(expected);
    }

    private static void assertFound(Row row) throws PacketRefused {
        AuthorizationBuilder builder = new AuthorizationBuilder(RadiusDictionary.builtIn());
        builder.add(new Attribute(row.code(), row.value()));
        assertThat(row.place().apply(builder.authorization()))
                .as("%s", row.code())
                .isEqualTo(row.expected());
    }

    private static Row row(AttributeCode code, Bytes value, Function<Authorization, Object> place, Object expected) {
        return new Row(code, value, place, expected);
    }

    private static Row row(AttributeCode code, String value, Function<Authorization, Object> place, Object expected) {
        return new Row(code, Bytes.utf8(value), place, expected);
    }

    private static Row dns(AttributeCode code) {
        return new Row(code, ADDRESS.toBytes(), to -> to.addressing().dns(), List.of(ADDRESS));
    }

    private static Row kept(AttributeCode code, String name, Bytes value, String shown) {
        return new Row(code, value, to -> to.other().get(name), List.of(shown));
    }

    private static Bytes number(int value) {
        return Bytes.of(value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255);
    }

    private static Optional<Object> some(Object value) {
        return Optional.of(value);
    }
}
