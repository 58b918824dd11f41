package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.VlanTag;
import sluice.session.api.Authorization;
import sluice.session.api.IncompatibleState;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

/** Sessions survive as bytes. */
final class FrozenSessionTest {

    static final FrozenSession FULL = new FrozenSession(
            new SessionId(0x19b7_6daa_8000_0001L),
            new SessionKey(
                    new LineId(1, 100, 7, Bytes.utf8("eth 0/1/1:100"), Bytes.of(0, 255, 34, 10)),
                    MacAddress.parse("02:00:00:00:00:07")),
            "dhcp4",
            "bng-01/cstm-relay-02/1/0/3",
            true,
            new Authorization(
                    Optional.of("residential-100mbps"),
                    Optional.of(new Policer(100_000_000, 2_000_000)),
                    Optional.of(Policer.UNLIMITED),
                    Optional.of(Ip4.parse("10.64.0.9")),
                    Optional.of("residential"),
                    List.of(Ip4.parse("192.0.2.53")),
                    Optional.of(Duration.ofHours(1)),
                    Optional.of(Duration.ofMinutes(10)),
                    Optional.of(Duration.ofMinutes(5)),
                    List.of(Bytes.utf8("one"), Bytes.of(0, 1, 2)),
                    Map.of("Reply-Message", List.of("hello", "again"))),
            Ip4.parse("10.64.0.9"),
            List.of(new VlanTag(VlanTag.S_TAG, 100), new VlanTag(VlanTag.C_TAG, 7)),
            MacAddress.parse("02:00:00:00:00:07"),
            1_767_225_600_000L,
            1_767_312_000_000L,
            new Traffic(1, 2, 3, 4, 5, 6, 7),
            new Traffic(11, 12, 13, 14, 15, 16, 17),
            Map.of("lease", 1_767_312_000_000L),
            Bytes.of(1, 2, 3));

    /** As version 1.0.0 wrote it; a later version must read it for ever. */
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

    @Test
    void everythingComesBack() throws IncompatibleState {
        assertThat(FrozenSession.decode(FULL.encode())).isEqualTo(FULL);
    }

    @Test
    void bytesOfTheFirstReleaseAreStillReadAndWritten() throws IncompatibleState {
        assertThat(FrozenSession.decode(Bytes.fromHex(GOLDEN_1))).isEqualTo(FULL);
        assertThat(FULL.encode().toHex()).isEqualTo(GOLDEN_1);
    }

    @Test
    void everyTruncationIsRefusedCleanly() {
        Bytes whole = FULL.encode();
        for (int length = 0; length < whole.length(); length++) {
            Bytes cut = whole.slice(0, length);
            assertThatThrownBy(() -> FrozenSession.decode(cut)).isInstanceOf(IncompatibleState.class);
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
        bytes[0] = 2;
        assertThatThrownBy(() -> FrozenSession.decode(Bytes.adopt(bytes)))
                .isInstanceOf(IncompatibleState.class)
                .hasMessageContaining("version 2");
    }
}
