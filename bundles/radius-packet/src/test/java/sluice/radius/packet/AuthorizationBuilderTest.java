package sluice.radius.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.FramedRoute;
import sluice.session.api.Reach;

class AuthorizationBuilderTest {

    private final AuthorizationBuilder builder = new AuthorizationBuilder(RadiusDictionary.builtIn());

    @Test
    void routesAreReadFromTheirText() throws PacketRefused { // RFC 2865, 5.22
        for (String text : List.of(
                "192.0.2.0/24 192.0.2.1 1 2 -1 3 400",
                "198.51.100.7/28 0.0.0.0 0",
                "10.1.0.0",
                "172.20.0.0 10.0.0.1")) {
            assertThat(add(AttributeCode.FRAMED_ROUTE, Bytes.utf8(text)))
                    .as(text)
                    .isTrue();
        }
        assertThat(addressing().routes())
                .extracting(FramedRoute::toString)
                .containsExactly(
                        "192.0.2.0/24 192.0.2.1 1",
                        "198.51.100.0/28 0.0.0.0 0",
                        "10.0.0.0/8 0.0.0.0 0",
                        "172.20.0.0/16 10.0.0.1 0");
    }

    @Test
    void textThatIsNotUnderstoodIsKeptShownAndCounted() throws PacketRefused {
        List<String> bad = List.of("", "0.0.0.0/0 10.0.0.1 1", "somewhere", "192.0.2.0/33", "192.0.2.0/24 gateway");
        for (String text : bad) {
            assertThat(add(AttributeCode.FRAMED_ROUTE, Bytes.utf8(text)))
                    .as(text)
                    .isFalse();
        }
        add(AttributeCode.FRAMED_IPV6_ROUTE, Bytes.utf8("::/0 :: 1"));
        add(AttributeCode.FRAMED_IP_NETMASK, Bytes.of(255, 0, 255, 0));
        add(AttributeCode.FILTER_ID, Bytes.utf8("garden:"));
        Authorization found = builder.authorization();
        assertThat(builder.unreadable()).isEqualTo(bad.size() + 3);
        assertThat(found.addressing()).isEqualTo(Addressing.NONE);
        assertThat(found.reach()).isEmpty();
        assertThat(found.other())
                .containsEntry("Framed-Route", bad)
                .containsEntry("Framed-IP-Netmask", List.of("255.0.255.0"))
                .containsEntry("Framed-IPv6-Route", List.of("::/0 :: 1"))
                .containsEntry("Filter-Id", List.of("garden:"));
    }

    @Test
    void netmaskBecomesAPrefixLength() throws PacketRefused {
        add(AttributeCode.FRAMED_IP_NETMASK, Ip4.parse("255.255.255.248").toBytes());
        assertThat(addressing().netmask()).hasValue(29);
    }

    @Test
    void prefixesPoolsAndRoutesOfIp6HaveTheirPlaces() throws PacketRefused {
        add(AttributeCode.FRAMED_IPV6_PREFIX, Bytes.of(0, 64, 0x20, 1, 0xd, 0xb8, 0, 1, 0, 1));
        add(AttributeCode.DELEGATED_IPV6_PREFIX, Bytes.of(0, 60, 0x20, 1, 0xd, 0xb8, 0xaa, 0x10, 0, 0));
        add(AttributeCode.FRAMED_IPV6_POOL, Bytes.utf8("link"));
        add(AttributeCode.DELEGATED_IPV6_PREFIX_POOL, Bytes.utf8("delegated"));
        add(AttributeCode.FRAMED_IPV6_ROUTE, Bytes.utf8("2001:db8:106::/64 2001:db8::1 1"));
        Addressing found = addressing();
        assertThat(found.framedPrefix()).contains(Ip6Prefix.parse("2001:db8:1:1::/64"));
        assertThat(found.delegatedPrefix()).contains(Ip6Prefix.parse("2001:db8:aa10::/60"));
        assertThat(found.framedPrefixPool()).contains("link");
        assertThat(found.delegatedPrefixPool()).contains("delegated");
        assertThat(found.routes6()).containsExactly(Ip6Prefix.parse("2001:db8:106::/64"));
    }

    @Test
    void furtherPrefixesAreKeptAndShown() throws PacketRefused { // RFC 3162, 2.3; RFC 4818, 3
        for (int last = 1; last <= 3; last++) {
            add(AttributeCode.FRAMED_IPV6_PREFIX, Bytes.of(0, 64, 0x20, 1, 0xd, 0xb8, 0, 1, 0, last));
            add(AttributeCode.DELEGATED_IPV6_PREFIX, Bytes.of(0, 56, 0x20, 1, 0xd, 0xb8, 0xaa, last));
        }
        Authorization found = builder.authorization();
        assertThat(found.addressing().framedPrefix()).contains(Ip6Prefix.parse("2001:db8:1:1::/64"));
        assertThat(found.addressing().delegatedPrefix()).contains(Ip6Prefix.parse("2001:db8:aa01::/56"));
        assertThat(found.other())
                .containsEntry("Framed-IPv6-Prefix", List.of("2001:db8:1:2::/64", "2001:db8:1:3::/64"))
                .containsEntry("Delegated-IPv6-Prefix", List.of("2001:db8:aa02::/56", "2001:db8:aa03::/56"));
    }

    @Test
    void filterIdsGivePolicyAndReach() throws PacketRefused {
        filter("gold");
        filter("garden:arrears");
        filter("silver");
        Authorization found = builder.authorization();
        assertThat(found.policy()).contains("gold");
        assertThat(found.reach()).contains(new Reach.Walled("arrears"));
        assertThat(found.other()).containsEntry("Filter-Id", List.of("silver"));
    }

    @Test
    void lastWordOnTheReachCounts() throws PacketRefused {
        filter("blocked");
        assertThat(builder.change().reach()).contains(new Reach.Blocked());
        filter("open");
        assertThat(builder.change().reach()).contains(new Reach.Open());
        assertThat(builder.change().policy()).isEmpty();
    }

    @Test
    void changeMayTakeALimitAwayAndAnAcceptHasNone() throws PacketRefused {
        add(AttributeCode.SESSION_TIMEOUT, Bytes.of(0, 0, 0, 0));
        add(AttributeCode.IDLE_TIMEOUT, Bytes.of(0, 0, 0, 60));
        assertThat(builder.change())
                .isEqualTo(AuthorizationChange.toTimes(
                        Optional.of(Duration.ZERO), Optional.of(Duration.ofMinutes(1)), Optional.empty()));
        assertThat(builder.authorization().timeouts().session()).isEmpty();
    }

    @Test
    void valueOfTheWrongSizeIsRefused() {
        assertThatExceptionOfType(PacketRefused.class)
                .isThrownBy(() -> add(AttributeCode.DELEGATED_IPV6_PREFIX, Bytes.of(0, 129, 1)))
                .extracting(PacketRefused::fault)
                .isEqualTo(PacketFault.WRONG_VALUE);
    }

    private void filter(String text) throws PacketRefused {
        add(AttributeCode.FILTER_ID, Bytes.utf8(text));
    }

    private boolean add(AttributeCode code, Bytes value) throws PacketRefused {
        return builder.add(new Attribute(code, value));
    }

    private Addressing addressing() {
        return builder.authorization().addressing();
    }
}
