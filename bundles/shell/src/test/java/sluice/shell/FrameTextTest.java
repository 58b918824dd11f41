package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;

final class FrameTextTest {

    private static final String HEAD = "02:00:00:00:01:01 > 02:00:00:00:00:fe";
    private static final String MACS = "0200000000fe020000000101";
    private static final String TAGS = "88a80064810000 07".replace(" ", "");

    @Test
    void everyLayerIsNamed() {
        String ip4 = "4500001c00000000401100000a40000ac6336407";
        assertThat(text(MACS + TAGS + "0800" + ip4 + "9c4000350008 0000"))
                .isEqualTo(HEAD + " vlan 100 vlan 7 10.64.0.10 > 198.51.100.7 UDP 40000 > 53");
        assertThat(text(MACS + "0800" + ip4.replace("4011", "4001") + "08000000"))
                .isEqualTo(HEAD + " 10.64.0.10 > 198.51.100.7 ICMP 8");
        assertThat(text(MACS + "8864" + "1100 0005 0016 0021" + ip4.replace("4011", "4006") + "01bb0050"))
                .isEqualTo(HEAD + " PPPoE 5 10.64.0.10 > 198.51.100.7 TCP 443 > 80");
        assertThat(text(MACS + "8864" + "1100 0005 000a c021")).isEqualTo(HEAD + " PPPoE 5 PPP c021");
        assertThat(text(MACS + "0806" + "0001080006040001" + "020000000101" + "0a40000a" + "000000000000" + "0a400001"))
                .isEqualTo(HEAD + " ARP who has 10.64.0.1 tell 10.64.0.10");
        assertThat(text(MACS + "86dd" + "60000000 0008 3aff" + "fe80" + "0".repeat(27) + "1" + "ff02" + "0".repeat(27)
                        + "2" + "85000000"))
                .isEqualTo(HEAD + " fe80::1 > ff02::2 ICMPv6 133");
        assertThat(text(MACS + "88cc")).isEqualTo(HEAD + " type 88cc");
    }

    @Test
    void laterFragmentHasNoPorts() {
        assertThat(text(MACS + "0800" + "4500001c000000b9401100000a40000ac6336407"))
                .endsWith("10.64.0.10 > 198.51.100.7 fragment of 17");
    }

    @Test
    void whateverComesIsALine() {
        Random random = new Random(20260101);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            if (bytes.length > 20) {
                bytes[12] = (byte) (random.nextBoolean() ? 0x08 : 0x88);
                bytes[13] = (byte) (random.nextBoolean() ? 0x00 : 0x64);
            }
            assertThat(FrameText.of(Bytes.adopt(bytes))).isNotNull().doesNotContain("\n");
        }
    }

    private static String text(String hex) {
        return FrameText.of(Bytes.fromHex(hex.replace(" ", "")));
    }
}
