package sluice.pppoe;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;

/**
 * What a PPP frame says, in one line for people, in the words of pppd's {@code debug}. Total: bytes that make no sense
 * are shown as such. Passwords and proofs of them are not shown.
 */
final class PppTrace {
    private static final int TEXT_MAX = 128;
    private static final int BYTES_MAX = 32;
    private static final int SHOWN_PROTOCOL = 2;

    private PppTrace() {}

    /** The line, for example {@code LCP ConfReq id=0x1 <mru 1492> <auth chap MD5> <magic 0x11223344>}. */
    static String line(Bytes payload) {
        PppFrame frame;
        try {
            frame = PppFrame.decode(payload);
        } catch (MalformedPacket malformed) {
            return "? " + hex(payload) + " (" + malformed.getMessage() + ")";
        }
        String name = PppProtocol.name(frame.protocol());
        try {
            return switch (frame.protocol()) {
                case PppProtocol.LCP, PppProtocol.IPCP, PppProtocol.IPV6CP ->
                    name + ' ' + control(frame.protocol(), ControlPacket.decode(frame.information()));
                case PppProtocol.PAP -> name + ' ' + pap(ControlPacket.decode(frame.information()));
                case PppProtocol.CHAP -> name + ' ' + chap(ControlPacket.decode(frame.information()));
                default -> name + ' ' + hex(frame.information());
            };
        } catch (MalformedPacket malformed) {
            boolean secret = frame.protocol() == PppProtocol.PAP || frame.protocol() == PppProtocol.CHAP;
            return name + ' ' + (secret ? "<hidden>" : hex(frame.information())) + " (" + malformed.getMessage() + ")";
        }
    }

    private static String control(int protocol, ControlPacket packet) throws MalformedPacket {
        int code = known(protocol, packet.code());
        String head = head(code == 0 ? "code=0x" + Integer.toHexString(packet.code()) : name(code), packet);
        return switch (code) {
            case ControlPacket.CONFIGURE_REQUEST,
                    ControlPacket.CONFIGURE_ACK,
                    ControlPacket.CONFIGURE_NAK,
                    ControlPacket.CONFIGURE_REJECT -> head + options(protocol, packet.data());
            case ControlPacket.TERMINATE_REQUEST, ControlPacket.TERMINATE_ACK ->
                packet.data().isEmpty() ? head : head + ' ' + text(packet.data());
            case ControlPacket.CODE_REJECT -> head + ' ' + hex(packet.data());
            case ControlPacket.PROTOCOL_REJECT ->
                packet.data().length() < SHOWN_PROTOCOL
                        ? head
                        : head
                                + ' '
                                + PppProtocol.name(
                                        (int) new PppOption(0, packet.data().slice(0, SHOWN_PROTOCOL)).number())
                                + ' '
                                + hex(packet.data().slice(SHOWN_PROTOCOL));
            case ControlPacket.ECHO_REQUEST, ControlPacket.ECHO_REPLY, ControlPacket.DISCARD_REQUEST ->
                head + magic(packet.data());
            case ControlPacket.IDENTIFICATION ->
                head
                        + magic(packet.data())
                        + ' '
                        + text(packet.data()
                                .slice(Math.min(Ip4.LENGTH, packet.data().length())));
            default -> head + ' ' + hex(packet.data());
        };
    }

    /** The code if the protocol has it, else 0. */
    private static int known(int protocol, int code) {
        int last = protocol == PppProtocol.LCP ? ControlPacket.TIME_REMAINING : ControlPacket.CODE_REJECT;
        return code <= last ? code : 0;
    }

    private static String name(int code) {
        return switch (code) {
            case ControlPacket.CONFIGURE_REQUEST -> "ConfReq";
            case ControlPacket.CONFIGURE_ACK -> "ConfAck";
            case ControlPacket.CONFIGURE_NAK -> "ConfNak";
            case ControlPacket.CONFIGURE_REJECT -> "ConfRej";
            case ControlPacket.TERMINATE_REQUEST -> "TermReq";
            case ControlPacket.TERMINATE_ACK -> "TermAck";
            case ControlPacket.CODE_REJECT -> "CodeRej";
            case ControlPacket.PROTOCOL_REJECT -> "ProtRej";
            case ControlPacket.ECHO_REQUEST -> "EchoReq";
            case ControlPacket.ECHO_REPLY -> "EchoRep";
            case ControlPacket.DISCARD_REQUEST -> "DiscReq";
            case ControlPacket.IDENTIFICATION -> "Ident";
            default -> "TimeRem";
        };
    }

    private static String options(int protocol, Bytes data) throws MalformedPacket {
        StringBuilder line = new StringBuilder(64);
        List<PppOption> options = PppOption.decodeAll(data);
        for (PppOption option : options) {
            line.append(" <").append(option(protocol, option)).append('>');
        }
        return line.toString();
    }

    private static String option(int protocol, PppOption option) {
        return switch (protocol) {
            case PppProtocol.LCP -> lcpOption(option);
            case PppProtocol.IPCP -> ipcpOption(option);
            default ->
                option.is(Ipv6cpOptions.INTERFACE_ID, 8)
                        ? "addr fe80::" + hex4(option, 48) + ':' + hex4(option, 32) + ':' + hex4(option, 16) + ':'
                                + hex4(option, 0)
                        : other(option);
        };
    }

    private static String hex4(PppOption option, int shift) {
        return String.format(Locale.ROOT, "%04x", option.number() >>> shift & 0xffff);
    }

    private static String lcpOption(PppOption option) {
        if (option.is(LcpOptions.MRU, 2)) {
            return "mru " + option.number();
        }
        if (option.is(LcpOptions.MAGIC, 4) || option.is(LcpOptions.ACCM, 4)) {
            return (option.type() == LcpOptions.MAGIC ? "magic 0x" : "asyncmap 0x") + Long.toHexString(option.number());
        }
        Optional<AuthenticationMethod> method = AuthenticationMethod.of(option);
        if (method.isPresent()) {
            return switch (method.get()) {
                case PAP -> "auth pap";
                case CHAP_MD5 -> "auth chap MD5";
                case MS_CHAP2 -> "auth chap MS-v2";
            };
        }
        return switch (option.type()) {
            case LcpOptions.AUTHENTICATION -> "auth " + hex(option.value());
            case LcpOptions.QUALITY -> "quality " + hex(option.value());
            case LcpOptions.PROTOCOL_COMPRESSION -> "pcomp";
            case LcpOptions.ADDRESS_COMPRESSION -> "accomp";
            default -> other(option);
        };
    }

    private static String ipcpOption(PppOption option) {
        String name = switch (option.type()) {
            case IpcpOptions.ADDRESSES -> "addrs";
            case IpcpOptions.COMPRESSION -> "compress";
            case IpcpOptions.ADDRESS -> "addr";
            case IpcpOptions.PRIMARY_DNS -> "ms-dns1";
            case IpcpOptions.SECONDARY_DNS -> "ms-dns2";
            case IpcpOptions.PRIMARY_NBNS -> "ms-wins1";
            case IpcpOptions.SECONDARY_NBNS -> "ms-wins2";
            default -> "";
        };
        if (name.isEmpty()) {
            return other(option);
        }
        return name
                + ' '
                + (option.value().length() == Ip4.LENGTH ? new Ip4((int) option.number()) : hex(option.value()));
    }

    private static String other(PppOption option) {
        return "0x" + Integer.toHexString(option.type()) + ' ' + hex(option.value());
    }

    private static String pap(ControlPacket packet) throws MalformedPacket {
        return switch (packet.code()) {
            case PapPacket.REQUEST -> {
                WireReader in = new WireReader(packet.data());
                yield head("AuthReq", packet) + " user=" + text(in.bytes(in.u8())) + " password=<hidden>";
            }
            case PapPacket.ACK -> head("AuthAck", packet) + message(packet.data());
            case PapPacket.NAK -> head("AuthNak", packet) + message(packet.data());
            default -> head("code=0x" + Integer.toHexString(packet.code()), packet);
        };
    }

    private static String message(Bytes data) {
        return data.length() < 2 ? "" : ' ' + text(data.slice(1));
    }

    private static String chap(ControlPacket packet) throws MalformedPacket {
        return switch (packet.code()) {
            case ChapPacket.CHALLENGE -> {
                ChapPacket.Response challenge = ChapPacket.Response.decode(packet.data());
                yield head("Challenge", packet) + " <" + hex(challenge.value()) + ">, name = " + text(challenge.name());
            }
            case ChapPacket.RESPONSE ->
                head("Response", packet) + " <hidden>, name = "
                        + text(ChapPacket.Response.decode(packet.data()).name());
            case ChapPacket.SUCCESS -> head("Success", packet) + ' ' + text(packet.data());
            case ChapPacket.FAILURE -> head("Failure", packet) + ' ' + text(packet.data());
            default -> head("code=0x" + Integer.toHexString(packet.code()), packet);
        };
    }

    private static String head(String code, ControlPacket packet) {
        return code + " id=0x" + Integer.toHexString(packet.id());
    }

    private static String magic(Bytes data) {
        return data.length() < Ip4.LENGTH
                ? " too short"
                : " magic=0x" + Long.toHexString(new PppOption(0, data.slice(0, Ip4.LENGTH)).number());
    }

    /** Text of the peer: quoted, cut, and without characters that a terminal would act upon. */
    private static String text(Bytes bytes) {
        StringBuilder safe = new StringBuilder("\"");
        bytes.slice(0, Math.min(bytes.length(), TEXT_MAX))
                .toUtf8()
                .codePoints()
                .map(point -> isUnsafe(point) || point == '"' || point == '\\' ? '?' : point)
                .forEach(safe::appendCodePoint);
        return safe.append(bytes.length() > TEXT_MAX ? "...\"" : "\"").toString();
    }

    private static boolean isUnsafe(int point) {
        return Character.isISOControl(point) || Character.getType(point) == Character.FORMAT;
    }

    private static String hex(Bytes bytes) {
        return bytes.length() > BYTES_MAX ? bytes.slice(0, BYTES_MAX).toHex() + "..." : bytes.toHex();
    }
}
