package sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WireTest {
    @Test
    void everyFieldComesBack() throws MalformedPacket {
        Ip6 ip6 = Ip6.parse("2001:db8::8000:1");
        MacAddress mac = MacAddress.parse("fe:dc:ba:98:76:54");
        Bytes wire = new WireWriter(1)
                .u8(0xff)
                .u16(0xfffe)
                .u24(0xfffffd)
                .u32(0xffff_fffcL)
                .i32(-5)
                .u64(-6)
                .mac(mac)
                .ip4(Ip4.BROADCAST)
                .ip6(ip6)
                .bytes(Bytes.of(1, 2))
                .zeros(2)
                .u8(3)
                .toBytes();
        WireReader in = new WireReader(wire);
        assertThat(in.u8()).isEqualTo(0xff);
        assertThat(in.u16()).isEqualTo(0xfffe);
        assertThat(in.u24()).isEqualTo(0xfffffd);
        assertThat(in.u32()).isEqualTo(0xffff_fffcL);
        assertThat(in.i32()).isEqualTo(-5);
        assertThat(in.u64()).isEqualTo(-6);
        assertThat(in.mac()).isEqualTo(mac);
        assertThat(in.ip4()).isEqualTo(Ip4.BROADCAST);
        assertThat(in.ip6()).isEqualTo(ip6);
        assertThat(in.bytes(2)).isEqualTo(Bytes.of(1, 2));
        in.skip(2);
        assertThat(in.remaining()).isOne();
        assertThat(in.rest()).isEqualTo(Bytes.of(3));
        assertThat(in.hasRemaining()).isFalse();
        assertThat(in.rest()).isSameAs(Bytes.EMPTY);
    }

    @Test
    void readingBehindTheEndOfASliceIsTruncatedAndMovesNothing() throws MalformedPacket {
        WireReader in = new WireReader(Bytes.of(9, 1, 2, 3, 9).slice(1, 3));
        in.skip(1);
        assertThatThrownBy(() -> in.i32())
                .isInstanceOfSatisfying(MalformedPacket.class, packet -> {
                    assertThat(packet.reason()).isEqualTo(WireFault.TRUNCATED);
                    assertThat(packet.offset()).isOne();
                    assertThat(packet.getStackTrace()).isEmpty();
                })
                .hasMessage("packet ends too early at byte 1");
        assertThatThrownBy(() -> in.bytes(-1)).isInstanceOf(MalformedPacket.class);
        assertThatThrownBy(() -> in.skip(Integer.MAX_VALUE)).isInstanceOf(MalformedPacket.class);
        assertThat(in.u16()).isEqualTo(0x0203);
    }

    @Test
    void valueWiderThanItsFieldIsRefused() {
        WireWriter out = new WireWriter();
        assertThatIllegalArgumentException().isThrownBy(() -> out.u8(256));
        assertThatIllegalArgumentException().isThrownBy(() -> out.u16(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> out.u24(1 << 24));
        assertThatIllegalArgumentException().isThrownBy(() -> out.u32(1L << 32));
        assertThat(out.length()).isZero();
    }

    @Test
    void patchReachesOnlyWhatWasWritten() {
        WireWriter out = new WireWriter().u32(0);
        out.patch16(2, 0xabcd);
        out.patch8(0, 1);
        assertThat(out.toBytes()).isEqualTo(Bytes.fromHex("0100abcd"));
        assertThatThrownBy(() -> out.patch16(3, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void clearedWriterStartsAgainAndLeavesWhatItGave() {
        WireWriter out = new WireWriter().u16(0x0102);
        Bytes first = out.toBytes();
        out.clear();
        assertThat(out.zeros(3).toBytes()).isEqualTo(Bytes.of(0, 0, 0));
        assertThat(first).isEqualTo(Bytes.of(1, 2));
    }

    @Test
    void whatIsCutOffIsGone() {
        WireWriter out = new WireWriter().u32(0x01020304);
        out.cut(1);
        assertThat(out.u8(9).toBytes()).isEqualTo(Bytes.of(1, 9));
        assertThatThrownBy(() -> out.cut(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(out.length()).isEqualTo(2);
    }

    @Test
    void checksumIsThatOfTheExampleInRfc1071() {
        assertThat(InternetChecksum.of(Bytes.fromHex("0001f203f4f5f6f7"))).isEqualTo(0x220d);
        assertThat(InternetChecksum.of(Bytes.fromHex("0001f203f4f5f6f7220d"))).isZero();
        assertThat(InternetChecksum.of(Bytes.of(0x01))).isEqualTo(0xfeff);
        assertThat(InternetChecksum.of(Bytes.EMPTY)).isEqualTo(0xffff);
    }
}
