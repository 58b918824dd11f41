package sluice.shell;

import java.util.Locale;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;

/** The heads of a frame in one line, as far as there are bytes. */
final class FrameText {

    private static final int IPV4 = 0x0800;
    private static final int ARP = 0x0806;
    private static final int IPV6 = 0x86dd;
    private static final int PPPOE_DISCOVERY = 0x8863;
    private static final int PPPOE_SESSION = 0x8864;
    private static final int PPP_IPV4 = 0x0021;
    private static final int PPP_IPV6 = 0x0057;
    private static final int FRAGMENT_OFFSET = 0x1fff;

    private final WireReader in;
    private final StringBuilder text = new StringBuilder(96);

    private FrameText(Bytes frame) {
        in = new WireReader(frame);
    }

    /** Total: what ends early is shown until there. */
    static String of(Bytes frame) {
        FrameText line = new FrameText(frame);
        try {
            line.ethernet();
        } catch (MalformedPacket end) {
            line.text.append(" ...");
        }
        return line.text.toString();
    }

    private void ethernet() throws MalformedPacket {
        MacAddress to = in.mac();
        text.append(in.mac()).append(" > ").append(to);
        int type = in.u16();
        while (isTag(type)) {
            text.append(" vlan ").append(in.u16() & 0xfff);
            type = in.u16();
        }
        payload(type);
    }

    private static boolean isTag(int type) {
        return type == 0x8100 || type == 0x88a8 || type == 0x9100;
    }

    private void payload(int type) throws MalformedPacket {
        switch (type) {
            case IPV4 -> ip4();
            case IPV6 -> ip6();
            case ARP -> arp();
            case PPPOE_DISCOVERY -> text.append(" PPPoE discovery ").append(hex(in.u16() & 0xff));
            case PPPOE_SESSION -> pppoe();
            default -> text.append(" type ").append(hex(type));
        }
    }

    private void pppoe() throws MalformedPacket {
        in.u16();
        text.append(" PPPoE ").append(in.u16());
        in.u16();
        int protocol = in.u16();
        switch (protocol) {
            case PPP_IPV4 -> ip4();
            case PPP_IPV6 -> ip6();
            default -> text.append(" PPP ").append(hex(protocol));
        }
    }

    private void arp() throws MalformedPacket {
        in.bytes(6);
        int operation = in.u16();
        in.mac();
        Ip4 sender = in.ip4();
        in.mac();
        text.append(operation == 1 ? " ARP who has " : " ARP " + operation + " to ")
                .append(in.ip4())
                .append(" tell ")
                .append(sender);
    }

    private void ip4() throws MalformedPacket {
        int header = (in.u16() >>> 8 & 0xf) * 4;
        in.u32();
        int fragment = in.u16();
        int protocol = in.u16() & 0xff;
        in.u16();
        text.append(' ').append(in.ip4()).append(" > ").append(in.ip4());
        in.bytes(Math.max(0, header - 20));
        if ((fragment & FRAGMENT_OFFSET) == 0) {
            transport(protocol);
        } else {
            text.append(" fragment of ").append(protocol);
        }
    }

    private void ip6() throws MalformedPacket {
        in.u32();
        in.u16();
        int protocol = in.u16() >>> 8;
        text.append(' ').append(in.ip6()).append(" > ").append(in.ip6());
        transport(protocol);
    }

    private void transport(int protocol) throws MalformedPacket {
        switch (protocol) {
            case 1 -> text.append(" ICMP ").append(in.u8());
            case 58 -> text.append(" ICMPv6 ").append(in.u8());
            case 6 -> text.append(" TCP ").append(in.u16()).append(" > ").append(in.u16());
            case 17 -> text.append(" UDP ").append(in.u16()).append(" > ").append(in.u16());
            default -> text.append(" protocol ").append(protocol);
        }
    }

    private static String hex(int value) {
        return String.format(Locale.ROOT, "%04x", value);
    }
}
