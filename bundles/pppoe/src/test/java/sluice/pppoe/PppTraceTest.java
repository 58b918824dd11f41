package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.net.Bytes;

/** Packets in one line, as pppd's debug writes them. */
class PppTraceTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "c021 01070017 010405d4 0305c22305 050611223344 0702 0802 | LCP ConfReq id=0x7 <mru 1492> <auth chap"
                        + " MD5> <magic 0x11223344> <pcomp> <accomp>",
                "c021 02010008 0304c023 | LCP ConfAck id=0x1 <auth pap>",
                "c021 03010009 0305c22381 | LCP ConfNak id=0x1 <auth chap MS-v2>",
                "c021 0401000a 0206ffffffff | LCP ConfRej id=0x1 <asyncmap 0xffffffff>",
                "c021 05020007 627965 | LCP TermReq id=0x2 \"bye\"",
                "c021 06020004 | LCP TermAck id=0x2",
                "c021 0703000863010004 | LCP CodeRej id=0x3 63010004",
                "c021 0803000a80fd01010004 | LCP ProtRej id=0x3 CCP 01010004",
                "c021 0904000811223344 | LCP EchoReq id=0x4 magic=0x11223344",
                "c021 0a0400060102 | LCP EchoRep id=0x4 too short",
                "c021 0c01000a000000016869 | LCP Ident id=0x1 magic=0x1 \"hi\"",
                "c023 0101000b 0361626302787a | PAP AuthReq id=0x1 user=\"abc\" password=<hidden>",
                "c023 01010008 03616263 | PAP AuthReq id=0x1 user=\"abc\" password=<hidden>",
                "c023 01010008 78616263 | PAP <hidden> (packet ends too early at byte 1)",
                "c223 0201000a 78616263 | CHAP <hidden> (PPP length field beyond the end of the frame at byte 4)",
                "c023 02010007 026f6b | PAP AuthAck id=0x1 \"ok\"",
                "c223 0101000a 0211226d6520 | CHAP Challenge id=0x1 <1122>, name = \"me \"",
                "c223 0201000a 02112275206d | CHAP Response id=0x1 <hidden>, name = \"u m\"",
                "c223 0401000a 45202276071b | CHAP Failure id=0x1 \"E ?v??\"",
                "8021 0101000a 030600000000 | IPCP ConfReq id=0x1 <addr 0.0.0.0>",
                "8021 04010010 810600000000820600000000 | IPCP ConfRej id=0x1 <ms-dns1 0.0.0.0> <ms-wins1 0.0.0.0>",
                "8021 04010008 0204002d | IPCP ConfRej id=0x1 <compress 002d>",
                "8057 0101000e 010a0011223344556677 | IPV6CP ConfReq id=0x1 <addr fe80::0011:2233:4455:6677>",
                "8057 0901000501 | IPV6CP code=0x9 id=0x1 01",
                "80fd 01010004 | CCP 01010004",
                "80ff 01010004 | proto=0x80ff 01010004",
                "c021 0107001a | LCP 0107001a (PPP length field beyond the end of the frame at byte 4)",
                "c0 | ? c0 (packet ends too early at byte 0)"
            })
    void packetIsReadable(String hex, String line) {
        assertThat(PppTrace.line(Bytes.fromHex(hex.replace(" ", ""))).strip()).isEqualTo(line);
    }

    @Test
    void anythingHasALine() {
        SplittableRandom random = new SplittableRandom(PppPeer.SEED);
        int[] protocols = {PppProtocol.LCP, PppProtocol.PAP, PppProtocol.CHAP, PppProtocol.IPCP, PppProtocol.IPV6CP};
        for (int round = 0; round < 20_000; round++) {
            byte[] data = new byte[random.nextInt(30)];
            random.nextBytes(data);
            ControlPacket packet = new ControlPacket(random.nextInt(16), 1, Bytes.adopt(data));
            String line = PppTrace.line(packet.in(protocols[random.nextInt(protocols.length)]));
            assertThat(line).isNotBlank().doesNotContain("\n").doesNotContain("\u001b");
        }
    }
}
