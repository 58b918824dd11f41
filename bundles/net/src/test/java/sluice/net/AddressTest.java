package sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    private static final long SEED = 20_260_101;

    @Test
    void macIsReadInBothNotationsAndWrittenInOne() {
        assertThat(MacAddress.parse("02:00:5E:00:00:01")).hasToString("02:00:5e:00:00:01");
        assertThat(MacAddress.parse("02-00-5e-00-00-01")).isEqualTo(new MacAddress(0x0200_5e00_0001L));
        assertThat(MacAddress.of(Bytes.of(2, 0, 0x5e, 0, 0, 1)).toBytes()).isEqualTo(Bytes.of(2, 0, 0x5e, 0, 0, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "02:00:5e:00:00",
                "02:00:5e-00:00:01",
                "02:00:5e:00:00:0g",
                "02.00.5e.00.00.01",
                "02:00:5e:00:00:01 "
            })
    void macInOtherNotationsIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MacAddress.parse(text))
                .withMessageContaining("expected");
    }

    @Test
    void groupAddressesAreNoStations() {
        assertThat(MacAddress.BROADCAST.isMulticast()).isTrue();
        assertThat(MacAddress.BROADCAST.isBroadcast()).isTrue();
        assertThat(MacAddress.parse("01:00:5e:00:00:01").isStation()).isFalse();
        assertThat(MacAddress.ZERO.isStation()).isFalse();
        assertThat(MacAddress.parse("02:00:00:00:00:00").isStation()).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(1L << 48));
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(-1));
    }

    @Test
    void vlanOutsideTheUsableRangeIsRefused() {
        assertThat(new VlanId(4094)).isGreaterThan(new VlanId(1));
        assertThatIllegalArgumentException().isThrownBy(() -> new VlanId(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new VlanId(4095));
    }

    @Test
    void tagKeepsPriorityDropEligibilityAndVlanApart() {
        VlanTag tag = new VlanTag(VlanTag.S_TAG, 0b101_1_0000_0110_0100);
        assertThat(tag.priority()).isEqualTo(5);
        assertThat(tag.dropEligible()).isTrue();
        assertThat(tag.vid()).isEqualTo(100);
        assertThat(VlanTag.customer(new VlanId(7))).isEqualTo(new VlanTag(0x8100, 7));
        assertThat(VlanTag.service(new VlanId(7))).isEqualTo(new VlanTag(0x88a8, 7));
        assertThatIllegalArgumentException().isThrownBy(() -> new VlanTag(0x0800, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new VlanTag(VlanTag.C_TAG, 0x10000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "10.64.0.1", "255.255.255.255", "192.0.2.200"})
    void ip4TextComesBack(String text) {
        assertThat(Ip4.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "1.2.3.04",
                "1..3.4",
                "1.2.3.",
                "-1.2.3.4",
                "1.2.3.4 ",
                "1.2.3.٤"
            })
    void ip4InOtherNotationsIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Ip4.parse(text)).withMessageContaining("a.b.c.d");
    }

    @Test
    void ip4IsOrderedUnsigned() {
        assertThat(Ip4.parse("127.255.255.255")).isLessThan(Ip4.parse("128.0.0.0"));
        assertThat(Ip4.parse("10.0.0.255").plus(1)).isEqualTo(Ip4.parse("10.0.1.0"));
        assertThat(Ip4.BROADCAST.toUnsignedLong()).isEqualTo(0xffff_ffffL);
    }

    @Test
    void ip4KnowsWhatItIsFor() {
        assertThat(Ip4.parse("224.0.0.1").isMulticast()).isTrue();
        assertThat(Ip4.parse("127.0.0.1").isLoopback()).isTrue();
        assertThat(Ip4.parse("169.254.3.4").isLinkLocal()).isTrue();
        assertThat(Ip4.ANY.isAny()).isTrue();
        assertThat(Ip4.BROADCAST.isBroadcast()).isTrue();
        assertThat(Ip4.parse("10.0.0.1").isHost()).isTrue();
        assertThat(Ip4.parse("0.1.2.3").isHost()).isFalse();
        assertThat(Ip4.parse("240.0.0.1").isHost()).isFalse();
    }

    @Test
    void ip4PrefixKnowsItsAddresses() {
        Ip4Prefix prefix = Ip4Prefix.parse("10.64.0.0/22");
        assertThat(prefix.netmask()).isEqualTo(Ip4.parse("255.255.252.0"));
        assertThat(prefix.broadcast()).isEqualTo(Ip4.parse("10.64.3.255"));
        assertThat(prefix.size()).isEqualTo(1024);
        assertThat(prefix.contains(Ip4.parse("10.64.3.255"))).isTrue();
        assertThat(prefix.contains(Ip4.parse("10.64.4.0"))).isFalse();
        assertThat(prefix.contains(Ip4Prefix.parse("10.64.2.0/23"))).isTrue();
        assertThat(prefix.contains(Ip4Prefix.parse("10.64.0.0/21"))).isFalse();
        assertThat(Ip4Prefix.around(Ip4.parse("10.64.2.9"), 22)).isEqualTo(prefix);
        assertThat(Ip4Prefix.parse("0.0.0.0/0").contains(Ip4.BROADCAST)).isTrue();
        assertThat(Ip4Prefix.parse("0.0.0.0/0").size()).isEqualTo(1L << 32);
        assertThat(Ip4Prefix.parse("1.2.3.4/32").size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.64.0.1/22", "10.64.0.0", "10.64.0.0/33", "10.64.0.0/-1", "10.64.0.0/", "/8", "10.64.0.0/08"})
    void ip4PrefixWithHostBitsOrBadLengthIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Ip4Prefix.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "::,::",
        "::1,::1",
        "1::,1::",
        "2001:DB8:0:0:1:0:0:1,2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1,2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1,2001:0:0:1::1",
        "1:2:3:4:5:6:7:8,1:2:3:4:5:6:7:8",
        "::ffff:192.0.2.1,::ffff:c000:201",
        "fe80::1:2,fe80::1:2",
        "1:2:3:4:5:6::8,1:2:3:4:5:6:0:8"
    })
    void ip6IsWrittenInItsCanonicalForm(String text, String canonical) {
        assertThat(Ip6.parse(text)).hasToString(canonical);
        assertThat(Ip6.parse(canonical)).isEqualTo(Ip6.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1:2",
                "1::2::3",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:",
                ":1:2:3:4:5:6:7",
                "12345::",
                "g::",
                "::1.2.3",
                "1:2:3:4:5:6:7::8",
                "fe80::1%eth0",
                "::1.2.3.4:5"
            })
    void ip6InOtherNotationsIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Ip6.parse(text));
    }

    @Test
    void ip6IsOrderedUnsignedAndCarries() {
        assertThat(Ip6.parse("7fff::")).isLessThan(Ip6.parse("8000::"));
        assertThat(Ip6.parse("2001:db8::ffff:ffff:ffff:ffff").plus(1)).isEqualTo(Ip6.parse("2001:db8:0:1::"));
        assertThat(Ip6.parse("2001:db8:0:1::").plus(-1)).isEqualTo(Ip6.parse("2001:db8::ffff:ffff:ffff:ffff"));
        assertThat(Ip6.parse("ff02::1:2").isMulticast()).isTrue();
        assertThat(Ip6.parse("fe80::1").isLinkLocal()).isTrue();
    }

    @Test
    void ip6PrefixKnowsItsAddresses() {
        Ip6Prefix prefix = Ip6Prefix.parse("2001:db8:64::/48");
        assertThat(prefix.contains(Ip6.parse("2001:db8:64:ffff::1"))).isTrue();
        assertThat(prefix.contains(Ip6.parse("2001:db8:65::"))).isFalse();
        assertThat(prefix.contains(Ip6Prefix.parse("2001:db8:64:100::/56"))).isTrue();
        assertThat(Ip6Prefix.around(Ip6.parse("2001:db8::1:2"), 112)).hasToString("2001:db8::1:0/112");
        assertThatIllegalArgumentException().isThrownBy(() -> Ip6Prefix.parse("2001:db8::1/64"));
        assertThatIllegalArgumentException().isThrownBy(() -> Ip6Prefix.parse("::/129"));
    }

    @Test
    void randomAddressesSurviveTheirText() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 10_000; i++) {
            Ip4 ip4 = new Ip4(random.nextInt());
            Ip6 ip6 = new Ip6(sparse(random), sparse(random));
            MacAddress mac = new MacAddress(random.nextLong() >>> 16);
            assertThat(Ip4.parse(ip4.toString())).isEqualTo(ip4);
            assertThat(Ip6.parse(ip6.toString())).isEqualTo(ip6);
            assertThat(MacAddress.parse(mac.toString())).isEqualTo(mac);
        }
    }

    /** Bits with many zero groups, where compression has choices. */
    private static long sparse(SplittableRandom random) {
        long bits = random.nextLong();
        for (int shift = 0; shift < 64; shift += 16) {
            bits = random.nextBoolean() ? bits & ~(0xffffL << shift) : bits;
        }
        return bits;
    }
}
