package sluice.pppoe;

import java.util.Locale;

/** Numbers of the protocols that PPP carries (RFC 1661, 2), and their names for people. */
final class PppProtocol {
    static final int IP4 = 0x0021;
    static final int IP6 = 0x0057;
    static final int IPCP = 0x8021;
    static final int IPV6CP = 0x8057;
    static final int LCP = 0xc021;
    static final int PAP = 0xc023;
    static final int CHAP = 0xc223;

    private PppProtocol() {}

    /** The name as pppd writes it, or the number in hexadecimal digits. */
    static String name(int protocol) {
        return switch (protocol) {
            case IP4 -> "IP";
            case IP6 -> "IPv6";
            case IPCP -> "IPCP";
            case IPV6CP -> "IPV6CP";
            case LCP -> "LCP";
            case PAP -> "PAP";
            case CHAP -> "CHAP";
            case 0x0281 -> "MPLS";
            case 0x8053 -> "ECP";
            case 0x80fd -> "CCP";
            case 0x8281 -> "MPLSCP";
            case 0xc025 -> "LQR";
            case 0xc227 -> "EAP";
            default -> "proto=0x" + String.format(Locale.ROOT, "%04x", protocol);
        };
    }
}
