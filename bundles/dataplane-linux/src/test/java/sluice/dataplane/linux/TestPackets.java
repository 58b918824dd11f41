package sluice.dataplane.linux;

import java.util.Arrays;
import sluice.net.Bytes;
import sluice.net.InternetChecksum;
import sluice.net.Ip4;
import sluice.net.Ip4Header;
import sluice.net.Ip6;
import sluice.net.WireWriter;

/** Packets of TCP over IPv4 and of IPv6 (RFC 9293, RFC 8200), with the checksums that they must have. */
final class TestPackets {

    static final int SYN = 2;
    static final int ACK = 0x10;

    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int TCP_CHECKSUM_AT = 16;
    private static final int UDP_CHECKSUM_AT = 6;

    private TestPackets() {}

    /** Of IPv4, with a largest segment size. */
    static Bytes tcp(Ip4 from, int fromPort, Ip4 to, int toPort, int flags, int segment) {
        Bytes tcp = segment(fromPort, toPort, flags, segment);
        Bytes pseudo = from.toBytes().plus(to.toBytes()).plus(Bytes.of(0, TCP, 0, tcp.length()));
        WireWriter packet = new WireWriter();
        Ip4Header.of(Ip4Header.TCP, from, to, tcp.length()).encode(packet);
        return packet.bytes(summed(pseudo, TCP_CHECKSUM_AT, tcp)).toBytes();
    }

    /** Of IPv6, with a largest segment size. */
    static Bytes tcp6(Ip6 from, Ip6 to, int flags, int segment) {
        Bytes tcp = segment(40000, 443, flags, segment);
        return packet6(from, to, TCP, summed(pseudo6(from, to, TCP, tcp), TCP_CHECKSUM_AT, tcp));
    }

    private static Bytes segment(int fromPort, int toPort, int flags, int size) {
        return new WireWriter()
                .u16(fromPort)
                .u16(toPort)
                .u32(1)
                .u32(0)
                .u16(0x6000 | flags)
                .u16(0xffff)
                .u32(0)
                .u8(2)
                .u8(4)
                .u16(size)
                .toBytes();
    }

    /** Of IPv6, so many bytes in all. */
    static Bytes udp6(Ip6 from, Ip6 to, int port, int bytes) {
        byte[] data = new byte[bytes - 48];
        Arrays.fill(data, (byte) 'x');
        Bytes udp = new WireWriter()
                .u16(40000)
                .u16(port)
                .u16(data.length + 8)
                .u16(0)
                .bytes(Bytes.adopt(data))
                .toBytes();
        return packet6(from, to, UDP, summed(pseudo6(from, to, UDP, udp), UDP_CHECKSUM_AT, udp));
    }

    /** What neighbours say, without content and checksum. */
    static Bytes icmp6(Ip6 from, Ip6 to, int type) {
        return packet6(from, to, 58, Bytes.of(type, 0, 0, 0, 0, 0, 0, 0));
    }

    private static Bytes packet6(Ip6 from, Ip6 to, int next, Bytes payload) {
        return new WireWriter()
                .u32(6L << 28)
                .u16(payload.length())
                .u8(next)
                .u8(64)
                .ip6(from)
                .ip6(to)
                .bytes(payload)
                .toBytes();
    }

    private static Bytes pseudo6(Ip6 from, Ip6 to, int next, Bytes message) {
        return new WireWriter()
                .ip6(from)
                .ip6(to)
                .u32(message.length())
                .u32(next)
                .toBytes();
    }

    private static Bytes summed(Bytes pseudo, int at, Bytes message) {
        WireWriter out = new WireWriter().bytes(message);
        out.patch16(at, InternetChecksum.of(pseudo.plus(message)));
        return out.toBytes();
    }

    /** The packet one router further on. */
    static Bytes hop4(Bytes packet) {
        byte[] bytes = packet.toArray();
        bytes[8]--;
        bytes[10] = 0;
        bytes[11] = 0;
        return checked4(bytes);
    }

    /** The same with another DSCP. */
    static Bytes marked4(Bytes packet, int dscp) {
        byte[] bytes = packet.toArray();
        bytes[1] = (byte) (dscp << 2);
        bytes[10] = 0;
        bytes[11] = 0;
        return checked4(bytes);
    }

    private static Bytes checked4(byte[] bytes) {
        int checksum = InternetChecksum.of(Bytes.copyOf(bytes, 0, 20));
        bytes[10] = (byte) (checksum >> 8);
        bytes[11] = (byte) checksum;
        return Bytes.adopt(bytes);
    }

    static Bytes hop6(Bytes packet) {
        byte[] bytes = packet.toArray();
        bytes[7]--;
        return Bytes.adopt(bytes);
    }

    static Bytes marked6(Bytes packet, int dscp) {
        byte[] bytes = packet.toArray();
        bytes[0] = (byte) (0x60 | dscp >> 2);
        bytes[1] = (byte) ((dscp & 3) << 6);
        return Bytes.adopt(bytes);
    }
}
