package sluice.pppoe;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;

/**
 * Packets of PPPoE and PPP for people, about as pppd writes them. No password and no answer to a challenge is in it.
 */
final class PacketText {
    private static final int NUMBER_MAX = 4;

    private PacketText() {}

    /** A packet of discovery or of a session. */
    static String of(int code, Bytes payload) {
        return code == PppoeFrame.DATA ? ppp(payload) : discovery(code, payload);
    }

    private static String discovery(int code, Bytes payload) {
        String name = switch (code) {
            case PppoeFrame.PADI -> "PADI";
            case PppoeFrame.PADO -> "PADO";
            case PppoeFrame.PADR -> "PADR";
            case PppoeFrame.PADS -> "PADS";
            case PppoeFrame.PADT -> "PADT";
            default -> "code " + code;
        };
        try {
            return DiscoveryMessage.tags(payload).stream().map(PacketText::tag).collect(joined(name));
        } catch (MalformedPacket malformed) {
            return name + " malformed, " + malformed.getMessage();
        }
    }

    private static String tag(PppoeTag tag) {
        return switch (tag.type()) {
            case PppoeTag.SERVICE_NAME -> text("service", tag.value());
            case PppoeTag.AC_NAME -> text("AC", tag.value());
            case PppoeTag.HOST_UNIQ -> hex("host-uniq", tag.value());
            case PppoeTag.AC_COOKIE -> hex("cookie", tag.value());
            case PppoeTag.VENDOR_SPECIFIC -> hex("vendor", tag.value());
            case PppoeTag.RELAY_SESSION_ID -> hex("relay", tag.value());
            case PppoeTag.PPP_MAX_PAYLOAD -> number("max-payload", tag.value());
            case PppoeTag.SERVICE_NAME_ERROR -> text("service-name-error", tag.value());
            case PppoeTag.AC_SYSTEM_ERROR -> text("AC-system-error", tag.value());
            case PppoeTag.GENERIC_ERROR -> text("generic-error", tag.value());
            default -> hex(String.format(Locale.ROOT, "tag 0x%04x", tag.type()), tag.value());
        };
    }

    private static String ppp(Bytes payload) {
        try {
            PppFrame frame = PppFrame.decode(payload);
            String protocol = PppProtocol.name(frame.protocol());
            return switch (frame.protocol()) {
                case PppProtocol.LCP, PppProtocol.IPCP, PppProtocol.IPV6CP ->
                    protocol + ' ' + control(frame.protocol(), ControlPacket.decode(frame.information()));
                case PppProtocol.PAP -> protocol + ' ' + pap(ControlPacket.decode(frame.information()));
                case PppProtocol.CHAP -> protocol + ' ' + chap(ControlPacket.decode(frame.information()));
                default -> protocol + " of " + frame.information().length() + " bytes";
            };
        } catch (MalformedPacket malformed) {
            return "malformed, " + malformed.getMessage() + ' ' + payload.toHex();
        }
    }

    private static String control(int protocol, ControlPacket packet) throws MalformedPacket {
        String name = codeName(packet.code()) + " id=" + packet.id();
        return switch (packet.code()) {
            case ControlPacket.CONFIGURE_REQUEST,
                    ControlPacket.CONFIGURE_ACK,
                    ControlPacket.CONFIGURE_NAK,
                    ControlPacket.CONFIGURE_REJECT ->
                PppOption.decodeAll(packet.data()).stream()
                        .map(option -> option(protocol, option))
                        .collect(joined(name));
            case ControlPacket.TERMINATE_REQUEST, ControlPacket.TERMINATE_ACK ->
                packet.data().isEmpty() ? name : name + ' ' + quoted(packet.data());
            case ControlPacket.PROTOCOL_REJECT -> name + ' ' + PppProtocol.name(new WireReader(packet.data()).u16());
            default ->
                packet.data().isEmpty() ? name : name + ' ' + packet.data().toHex();
        };
    }

    private static String codeName(int code) {
        return switch (code) {
            case ControlPacket.CONFIGURE_REQUEST -> "Configure-Request";
            case ControlPacket.CONFIGURE_ACK -> "Configure-Ack";
            case ControlPacket.CONFIGURE_NAK -> "Configure-Nak";
            case ControlPacket.CONFIGURE_REJECT -> "Configure-Reject";
            case ControlPacket.TERMINATE_REQUEST -> "Terminate-Request";
            case ControlPacket.TERMINATE_ACK -> "Terminate-Ack";
            case ControlPacket.CODE_REJECT -> "Code-Reject";
            case ControlPacket.PROTOCOL_REJECT -> "Protocol-Reject";
            case ControlPacket.ECHO_REQUEST -> "Echo-Request";
            case ControlPacket.ECHO_REPLY -> "Echo-Reply";
            case ControlPacket.DISCARD_REQUEST -> "Discard-Request";
            case ControlPacket.IDENTIFICATION -> "Identification";
            case ControlPacket.TIME_REMAINING -> "Time-Remaining";
            default -> "code " + code;
        };
    }

    private static String option(int protocol, PppOption option) {
        String name = switch (protocol) {
            case PppProtocol.LCP -> lcpOption(option.type());
            case PppProtocol.IPCP -> ipcpOption(option.type());
            default -> option.type() == 1 ? "interface-id" : "option " + option.type();
        };
        Bytes value = option.value();
        if (value.isEmpty()) {
            return '<' + name + '>';
        }
        return switch (name) {
            case "mru" -> '<' + name + ' ' + option.number() + '>';
            case "auth" -> '<' + name + ' ' + authentication(option) + '>';
            case "addr", "dns1", "dns2", "wins1", "wins2" -> '<' + name + ' ' + address(value) + '>';
            default -> '<' + name + " 0x" + value.toHex() + '>';
        };
    }

    private static String lcpOption(int type) {
        return switch (type) {
            case 1 -> "mru";
            case 2 -> "accm";
            case 3 -> "auth";
            case 4 -> "quality";
            case 5 -> "magic";
            case 7 -> "pcomp";
            case 8 -> "accomp";
            case 13 -> "callback";
            case 17 -> "mrru";
            case 19 -> "endpoint";
            default -> "option " + type;
        };
    }

    private static String ipcpOption(int type) {
        return switch (type) {
            case 1 -> "addrs";
            case 2 -> "compress";
            case 3 -> "addr";
            case 129 -> "dns1";
            case 130 -> "wins1";
            case 131 -> "dns2";
            case 132 -> "wins2";
            default -> "option " + type;
        };
    }

    private static String authentication(PppOption option) {
        return AuthenticationMethod.of(option)
                .map(AuthenticationMethod::id)
                .orElse("0x" + option.value().toHex());
    }

    private static String pap(ControlPacket packet) throws MalformedPacket {
        WireReader in = new WireReader(packet.data());
        return switch (packet.code()) {
            case 1 -> "Authenticate-Request id=" + packet.id() + ' ' + text("user", in.bytes(in.u8()));
            case 2 -> "Authenticate-Ack id=" + packet.id() + ' ' + quoted(in.bytes(in.u8()));
            case 3 -> "Authenticate-Nak id=" + packet.id() + ' ' + quoted(in.bytes(in.u8()));
            default -> "code " + packet.code() + " id=" + packet.id();
        };
    }

    private static String chap(ControlPacket packet) throws MalformedPacket {
        WireReader in = new WireReader(packet.data());
        return switch (packet.code()) {
            case 1, 2 -> {
                Bytes value = in.bytes(in.u8());
                yield (packet.code() == 1 ? "Challenge id=" : "Response id=") + packet.id() + " of " + value.length()
                        + " bytes " + text("name", in.rest());
            }
            case 3 -> "Success id=" + packet.id() + ' ' + quoted(in.rest());
            case 4 -> "Failure id=" + packet.id() + ' ' + quoted(in.rest());
            default -> "code " + packet.code() + " id=" + packet.id();
        };
    }

    private static String address(Bytes value) {
        if (value.length() != NUMBER_MAX) {
            return "0x" + value.toHex();
        }
        return value.at(0) + "." + value.at(1) + '.' + value.at(2) + '.' + value.at(3);
    }

    private static String number(String name, Bytes value) {
        if (value.length() > NUMBER_MAX) {
            return hex(name, value);
        }
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            number = number << 8 | value.at(i);
        }
        return name + '=' + number;
    }

    private static String hex(String name, Bytes value) {
        return name + '=' + value.toHex();
    }

    private static String text(String name, Bytes value) {
        return name + '=' + quoted(value);
    }

    private static String quoted(Bytes value) {
        return '"' + LineId.printable(value) + '"';
    }

    private static java.util.stream.Collector<CharSequence, ?, String> joined(String name) {
        return Collectors.collectingAndThen(
                Collectors.toList(),
                (List<CharSequence> parts) -> parts.isEmpty() ? name : name + ' ' + String.join(" ", parts));
    }
}
