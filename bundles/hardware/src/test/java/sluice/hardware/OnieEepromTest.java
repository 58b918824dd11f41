package sluice.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class OnieEepromTest {
    private static final byte[] GOOD = eeprom(
            tlv(0x21, "ASXvOLT16"),
            tlv(0x24, "\1\2\3\4\5\6"),
            tlv(0x28, "x86_64-accton_asxvolt16-r0"),
            tlv(0x2D, "Edgecore"));

    @Test
    void factsOfAWhiteBoxAreRead() {
        assertThat(OnieEeprom.decode(GOOD))
                .isEqualTo(Map.of(
                        Fact.ONIE_PRODUCT, "ASXvOLT16",
                        Fact.ONIE_PLATFORM, "x86_64-accton_asxvolt16-r0",
                        Fact.ONIE_VENDOR, "Edgecore"));
    }

    @Test
    void whatFollowsTheEndIsIgnored() {
        byte[] padded = Arrays.copyOf(GOOD, OnieEeprom.LENGTH_MAX);
        Arrays.fill(padded, GOOD.length, padded.length, (byte) 0xff);
        assertThat(OnieEeprom.decode(padded)).isEqualTo(OnieEeprom.decode(GOOD));
    }

    @Test
    void everyTruncationSaysNothing() {
        for (int length = 0; length < GOOD.length; length++) {
            assertThat(OnieEeprom.decode(Arrays.copyOf(GOOD, length))).isEmpty();
        }
    }

    @Test
    void everyFlippedBitSaysNothing() {
        for (int bit = 0; bit < GOOD.length * 8; bit++) {
            byte[] flipped = GOOD.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(OnieEeprom.decode(flipped)).as("bit %d", bit).isEmpty();
        }
    }

    @Test
    void chanceBehindAGoodHeaderSaysNothing() {
        SplittableRandom random = new SplittableRandom(29);
        for (int i = 0; i < 10_000; i++) {
            byte[] chance = new byte[random.nextInt(11, 300)];
            random.nextBytes(chance);
            System.arraycopy(GOOD, 0, chance, 0, 9);
            assertThat(OnieEeprom.decode(chance)).isEmpty();
        }
    }

    private static byte[] tlv(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(2 + text.length)
                .put((byte) type)
                .put((byte) text.length)
                .put(text)
                .array();
    }

    private static byte[] eeprom(byte[]... tlvs) {
        int length = Arrays.stream(tlvs).mapToInt(tlv -> tlv.length).sum() + 6;
        ByteBuffer out = ByteBuffer.allocate(11 + length)
                .put("TlvInfo\0".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .putShort((short) length);
        for (byte[] tlv : tlvs) {
            out.put(tlv);
        }
        out.put((byte) 0xFE).put((byte) 4);
        CRC32 crc = new CRC32();
        crc.update(out.array(), 0, out.position());
        return out.putInt((int) crc.getValue()).array();
    }
}
