package sluice.pppoe;

import java.util.Locale;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.net.MalformedPacket;

/**
 * Packets of PPPoE and PPP for people, about as pppd writes them. No password and no answer to a challenge is in it.
 */
final class PacketText {
    private static final int NUMBER_MAX = 4;

    private PacketText() {}

    /** A packet of discovery or of a session. */
    static String of(int code, Bytes payload) {
        return code == PppoeFrame.DATA ? PppTrace.line(payload) : discovery(code, payload);
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
            StringBuilder text = new StringBuilder(name);
            for (PppoeTag tag : DiscoveryMessage.tags(payload)) {
                text.append(' ').append(tag(tag));
            }
            return text.toString();
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
}
