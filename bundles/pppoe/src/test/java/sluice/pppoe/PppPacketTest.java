package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireFault;

/** The codec of control packets (RFC 1661, 5 and 6). */
class PppPacketTest {
    private static final String REQUEST = "c021" + "0107000e" + "010405d4" + "050611223344";

    @Test
    void configureRequestComesBackByteForByte() throws MalformedPacket {
        PppFrame frame = PppFrame.decode(Bytes.fromHex(REQUEST));
        assertThat(frame.protocol()).isEqualTo(PppProtocol.LCP);
        ControlPacket packet = ControlPacket.decode(frame.information());
        assertThat(packet.code()).isEqualTo(ControlPacket.CONFIGURE_REQUEST);
        assertThat(packet.id()).isEqualTo(7);
        List<PppOption> options = PppOption.decodeAll(packet.data());
        assertThat(options)
                .containsExactly(PppOption.u16(LcpOptions.MRU, 1492), PppOption.i32(LcpOptions.MAGIC, PppPeer.MAGIC));
        assertThat(new ControlPacket(1, 7, PppOption.encodeAll(options)).in(PppProtocol.LCP))
                .isEqualTo(Bytes.fromHex(REQUEST));
    }

    @Test
    void paddingBehindTheLengthIsNoData() throws MalformedPacket {
        PppFrame frame = PppFrame.decode(Bytes.fromHex(REQUEST + "00".repeat(20)));
        assertThat(ControlPacket.decode(frame.information()).data().toHex()).isEqualTo("010405d4050611223344");
    }

    @ParameterizedTest
    @CsvSource({
        "'', SHORT_PACKET",
        "010700, SHORT_PACKET",
        "01070000, LENGTH_TOO_SMALL",
        "01070003, LENGTH_TOO_SMALL",
        "01070005, LENGTH_TOO_BIG",
        "0107ffff01, LENGTH_TOO_BIG"
    })
    void lengthThatLiesIsNamed(String hex, PppFault fault) {
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> ControlPacket.decode(Bytes.fromHex(hex)))
                .extracting(MalformedPacket::reason)
                .isEqualTo(fault);
    }

    @ParameterizedTest
    @CsvSource({
        "01, OPTION_TOO_SHORT",
        "0100, OPTION_TOO_SHORT",
        "0101, OPTION_TOO_SHORT",
        "0104, OPTION_TOO_LONG",
        "010405, OPTION_TOO_LONG",
        "010405d405, OPTION_TOO_SHORT",
        "010405d405ff, OPTION_TOO_LONG"
    })
    void optionThatLiesIsNamed(String hex, PppFault fault) {
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> PppOption.decodeAll(Bytes.fromHex(hex)))
                .extracting(MalformedPacket::reason)
                .isEqualTo(fault);
    }

    @ParameterizedTest
    @CsvSource({"c121, BAD_PROTOCOL", "c020, BAD_PROTOCOL", "2145, BAD_PROTOCOL"})
    void protocolNumberThatCannotBeIsNamed(String hex, PppFault fault) {
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> PppFrame.decode(Bytes.fromHex(hex)))
                .extracting(MalformedPacket::reason)
                .isEqualTo(fault);
    }

    @Test
    void frameWithoutWholeProtocolIsTruncated() {
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> PppFrame.decode(Bytes.of(0xc0)))
                .extracting(MalformedPacket::reason)
                .isEqualTo(WireFault.TRUNCATED);
    }

    @ParameterizedTest
    @CsvSource({"'', 0", "0161, 2", "016105616263, 7", "ff6161, 1"})
    void credentialsThatDoNotFitAreNamed(String hex, int ignored) {
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> PapPacket.Request.decode(Bytes.fromHex(hex)))
                .extracting(MalformedPacket::reason)
                .isEqualTo(PppFault.BAD_CREDENTIALS);
    }
}
