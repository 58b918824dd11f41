package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.VlanTag;
import sluice.session.api.Addressing;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.FramedRoute;
import sluice.session.api.IncompatibleState;
import sluice.session.api.PppLink;
import sluice.session.api.Reach;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.Timeouts;

/** Sessions survive as bytes. */
final class FrozenSessionTest {

    static final FrozenSession FULL = frozen(
            AuthState.CACHED,
            new Authorization(
                    Optional.of("residential-100mbps"),
                    Optional.of(new Policer(100_000_000, 2_000_000)),
                    Optional.of(Policer.UNLIMITED),
                    Optional.of(new Reach.Walled("portal")),
                    new Addressing(
                            Optional.of(Ip4.parse("10.64.0.9")),
                            OptionalInt.of(24),
                            Optional.of("residential"),
                            List.of(Ip4.parse("192.0.2.53")),
                            List.of(new FramedRoute(
                                    Ip4Prefix.parse("203.0.113.0/28"), Optional.of(Ip4.parse("10.64.0.9")), 2)),
                            Optional.of(Ip6Prefix.parse("2001:db8:1::/64")),
                            Optional.of(Ip6Prefix.parse("2001:db8:100::/56")),
                            Optional.of("link-pool"),
                            Optional.of("delegation-pool"),
                            List.of(Ip6Prefix.parse("2001:db8:200::/48"))),
                    new Timeouts(
                            Optional.of(Duration.ofHours(1)),
                            Optional.of(Duration.ofMinutes(10)),
                            Optional.of(Duration.ofMinutes(5)),
                            true),
                    List.of(Bytes.utf8("one"), Bytes.of(0, 1, 2)),
                    Optional.of("welcome"),
                    Map.of("Reply-Message", List.of("hello", "again"))),
            new Traffic(1, 2, 3, 4, 21, 22, 23, 24, 5, 6, 25, 26, 7, 27),
            new Traffic(11, 12, 13, 14, 31, 32, 33, 34, 15, 16, 35, 36, 17, 37),
            Map.of("lease", 1_767_312_000_000L, "idle", 1_767_225_700_000L),
            60_000,
            5_000,
            99,
            Bytes.of(7, 7),
            Optional.of(new FrozenMoment(1_767_225_660_000L, 4_711, "boot-1")));

    /** What of {@link #FULL} the first release wrote. */
    static final FrozenSession FIRST = frozen(
            AuthState.AUTHENTICATED,
            new Authorization(
                    FULL.authorization().policy(),
                    FULL.authorization().download(),
                    FULL.authorization().upload(),
                    Optional.empty(),
                    Addressing.NONE
                            .withAddress(Optional.of(Ip4.parse("10.64.0.9")), Optional.of("residential"))
                            .withDns(List.of(Ip4.parse("192.0.2.53"))),
                    new Timeouts(
                            Optional.of(Duration.ofHours(1)),
                            Optional.of(Duration.ofMinutes(10)),
                            Optional.of(Duration.ofMinutes(5)),
                            false),
                    FULL.authorization().classes(),
                    Optional.empty(),
                    FULL.authorization().other()),
            new Traffic(1, 2, 3, 4, 5, 6, 7),
            new Traffic(11, 12, 13, 14, 15, 16, 17),
            Map.of("lease", 1_767_312_000_000L),
            0,
            0,
            0,
            Bytes.EMPTY,
            Optional.empty());

    private static FrozenSession frozen(
            AuthState authState,
            Authorization authorization,
            Traffic before,
            Traffic reported,
            Map<String, Long> timers,
            long age,
            long idle,
            long idlePackets,
            Bytes asked,
            Optional<FrozenMoment> moment) {
        return new FrozenSession(
                new SessionId(0x19b7_6daa_8000_0001L),
                new SessionKey(
                        new LineId(1, 100, 7, Bytes.utf8("eth 0/1/1:100"), Bytes.of(0, 255, 34, 10)),
                        MacAddress.parse("02:00:00:00:00:07")),
                "dhcp4",
                "bng-01/cstm-relay-02/1/0/3",
                authState,
                authorization,
                Ip4.parse("10.64.0.9"),
                new Path(
                        List.of(new VlanTag(VlanTag.S_TAG, 100), new VlanTag(VlanTag.C_TAG, 7)),
                        MacAddress.parse("02:00:00:00:00:07"),
                        Optional.empty()),
                1_767_225_600_000L,
                1_767_312_000_000L,
                before,
                reported,
                timers,
                Bytes.of(1, 2, 3),
                age,
                idle,
                idlePackets,
                asked,
                moment);
    }

    /** {@link #FIRST} as version 1.0.0 wrote it; a later version must read it for ever. */
    private static final String GOLDEN_1 = """
        01 19b76daa80000001
        0001 0064 0007
        000d 65746820302f312f313a313030
        0004 00ff220a
        020000000007
        0005 6468637034
        001a 626e672d30312f6373746d2d72656c61792d30322f312f302f33
        01
        01 0013 7265736964656e7469616c2d3130306d627073
        01 0000000005f5e100 00000000001e8480
        01 0000000000000000 0000000000000000
        01 0a400009
        01 000b 7265736964656e7469616c
        0001 c0000235
        01 000000000036ee80
        01 00000000000927c0
        01 00000000000493e0
        0002 0003 6f6e65 0003 000102
        0001 000d 5265706c792d4d657373616765 0002 0005 68656c6c6f 0005 616761696e
        0a400009
        02 88a8 0064 8100 0007
        020000000007 0000019b76daa800 0000019b7c010400
        0000000000000001 0000000000000002 0000000000000003 0000000000000004
        0000000000000005 0000000000000006 0000000000000007
        000000000000000b 000000000000000c 000000000000000d 000000000000000e
        000000000000000f 0000000000000010 0000000000000011
        0001 0005 6c65617365 0000019b7c010400
        0003 010203
        """.replaceAll("\\s", "");

    /** What {@link #FULL} has behind the head, as this version writes it; a later version must read it for ever. */
    private static final String GOLDEN_2_TAIL = """
        02
        0000019b76db9260 0000000000001267 0006 626f6f742d31
        000000000000ea60 0000000000001388 0000000000000063 0002 0707 02
        01 01 0006 706f7274616c
        01 18
        0001 cb007100 1c 01 0a400009 00000002
        01 20010db8000100000000000000000000 40
        01 20010db8010000000000000000000000 38
        01 0009 6c696e6b2d706f6f6c
        01 000f 64656c65676174696f6e2d706f6f6c
        0001 20010db8020000000000000000000000 30
        01
        01 0007 77656c636f6d65
        0000000000000015 0000000000000016 0000000000000017 0000000000000018
        0000000000000019 000000000000001a 000000000000001b
        000000000000001f 0000000000000020 0000000000000021 0000000000000022
        0000000000000023 0000000000000024 0000000000000025
        0001 0004 69646c65 0000019b76dc2ea0
        """.replaceAll("\\s", "");

    /** The head that a session has which no server has confirmed. */
    private static final String GOLDEN_2 = GOLDEN_1.replaceFirst("302f33" + "01", "302f33" + "00") + GOLDEN_2_TAIL;

    @Test
    void everythingComesBack() throws IncompatibleState {
        assertThat(FrozenSession.decode(FULL.encode())).isEqualTo(FULL);
    }

    @Test
    void bytesOfTheFirstReleaseAreStillRead() throws IncompatibleState {
        assertThat(FrozenSession.decode(Bytes.fromHex(GOLDEN_1))).isEqualTo(FIRST);
    }

    @Test
    void bytesOfTheSecondVersionAreReadAndWritten() throws IncompatibleState {
        assertThat(FrozenSession.decode(Bytes.fromHex(GOLDEN_2))).isEqualTo(FULL);
        assertThat(FULL.encode().toHex()).isEqualTo(GOLDEN_2);
    }

    /** The first release stops reading behind the state, so this is what it makes of our bytes. */
    @Test
    void firstReleaseReadsTheHeadOfWhatThisOneWrites() {
        String head = FULL.encode().toHex().substring(0, GOLDEN_1.length());
        assertThat(head).isEqualTo(GOLDEN_1.replaceFirst("302f33" + "01", "302f33" + "00"));
    }

    /** What a PPPoE session without an address has behind {@link #GOLDEN_2}; a later version must read it for ever. */
    private static final String GOLDEN_3_TAIL = "03 1267 01 12345678 05d4".replaceAll("\\s", "");

    @Test
    void pppoeSessionWithoutAddressIsOfTheThirdVersion() throws IncompatibleState {
        String golden =
                GOLDEN_2.replaceFirst("68656c6c6f0005616761696e" + "0a400009", "68656c6c6f0005616761696e00000000")
                        + GOLDEN_3_TAIL;
        FrozenSession dialled = dialled();
        assertThat(dialled.encode().toHex()).isEqualTo(golden);
        assertThat(FrozenSession.decode(Bytes.fromHex(golden))).isEqualTo(dialled);
    }

    /** What follows when IPCP has ended and IPv6CP goes on; a later version must read it for ever. */
    private static final String GOLDEN_4_TAIL = "0402";

    @Test
    void pppoeSessionWithoutAFamilyIsOfTheFourthVersion() throws IncompatibleState {
        FrozenSession both = dialled();
        FrozenSession six = dialled(new PppLink(0x1234_5678, 1492, false, true));
        assertThat(six.encode().toHex()).isEqualTo(both.encode().toHex() + GOLDEN_4_TAIL);
        assertThat(FrozenSession.decode(six.encode())).isEqualTo(six);
        FrozenSession four = dialled(new PppLink(0x1234_5678, 1492, true, false));
        assertThat(FrozenSession.decode(four.encode())).isEqualTo(four);
    }

    @Test
    void releaseBeforePppoeReadsAllButTheLink() throws IncompatibleState {
        Bytes whole = dialled().encode();
        FrozenSession second = FrozenSession.decode(whole.slice(0, whole.length() - GOLDEN_3_TAIL.length() / 2));
        assertThat(second.key().pppoeSession()).isZero();
        assertThat(second.path().link()).isEmpty();
        assertThat(second.frozen()).isEqualTo(FULL.frozen());
    }

    @Test
    void truncatedLinkIsRefused() {
        Bytes whole = dialled().encode();
        for (int length = whole.length() - GOLDEN_3_TAIL.length() / 2 + 1; length < whole.length(); length++) {
            Bytes cut = whole.slice(0, length);
            assertThatThrownBy(() -> FrozenSession.decode(cut)).isInstanceOf(IncompatibleState.class);
        }
    }

    private static FrozenSession dialled() {
        return dialled(new PppLink(0x1234_5678, 1492));
    }

    private static FrozenSession dialled(PppLink link) {
        return new FrozenSession(
                FULL.id(),
                new SessionKey(FULL.key().line(), FULL.key().mac(), 0x1267),
                FULL.protocol(),
                FULL.userName(),
                FULL.authState(),
                FULL.authorization(),
                Ip4.ANY,
                new Path(FULL.path().tags(), FULL.path().nextHop(), Optional.of(link)),
                FULL.openedAt(),
                FULL.leaseEnds(),
                FULL.before(),
                FULL.reported(),
                FULL.timers(),
                FULL.state(),
                FULL.age(),
                FULL.idle(),
                FULL.idlePackets(),
                FULL.asked(),
                FULL.frozen());
    }

    @Test
    void everyTruncationIsRefusedCleanlyOrIsTheFirstVersion() throws IncompatibleState {
        Bytes whole = FULL.encode();
        int head = GOLDEN_1.length() / 2;
        for (int length = 0; length < whole.length(); length++) {
            Bytes cut = whole.slice(0, length);
            if (length == head) {
                assertThat(FrozenSession.decode(cut).frozen()).isEmpty();
            } else {
                assertThatThrownBy(() -> FrozenSession.decode(cut)).isInstanceOf(IncompatibleState.class);
            }
        }
    }

    @Test
    void damagedBytesAreRefusedOrReadButNeverMore() {
        long seed = 42;
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = FULL.encode().toArray();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            try {
                FrozenSession.decode(Bytes.adopt(bytes));
            } catch (IncompatibleState e) {
                refused++;
            }
        }
        assertThat(refused).as("seed %d", seed).isPositive();
    }

    @Test
    void laterVersionIsRefused() {
        byte[] bytes = FULL.encode().toArray();
        bytes[0] = 3;
        assertThatThrownBy(() -> FrozenSession.decode(Bytes.adopt(bytes)))
                .isInstanceOf(IncompatibleState.class)
                .hasMessageContaining("version 3");
    }
}
