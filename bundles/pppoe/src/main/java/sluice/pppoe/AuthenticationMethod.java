package sluice.pppoe;

import java.util.Optional;
import sluice.net.WireWriter;

/** How a peer may prove who it is: values of LCP option 3 (RFC 1661, 6.2). The position is part of the frozen link. */
enum AuthenticationMethod {
    /** RFC 1334. */
    PAP("pap", PppProtocol.PAP, AuthenticationMethod.NO_ALGORITHM),
    /** CHAP with MD5 (RFC 1994). */
    CHAP_MD5("chap", PppProtocol.CHAP, 5),
    /** MS-CHAPv2 (RFC 2759). */
    MS_CHAP2("ms-chap-v2", PppProtocol.CHAP, 0x81);

    private static final int NO_ALGORITHM = -1;

    private final String id;
    private final int protocol;
    private final int algorithm;

    AuthenticationMethod(String id, int protocol, int algorithm) {
        this.id = id;
        this.protocol = protocol;
        this.algorithm = algorithm;
    }

    /** Stable name in settings and in the frozen link. */
    String id() {
        return id;
    }

    /** What is asked of the peer. */
    PppOption option() {
        WireWriter value = new WireWriter(3).u16(protocol);
        if (algorithm != NO_ALGORITHM) {
            value.u8(algorithm);
        }
        return new PppOption(LcpOptions.AUTHENTICATION, value.toBytes());
    }

    /** The protocol that carries it. */
    int protocol() {
        return protocol;
    }

    /** The method that a peer names in an option 3. */
    static Optional<AuthenticationMethod> of(PppOption option) {
        for (AuthenticationMethod method : values()) {
            if (method.option().equals(option)) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }

    /**
     * The method of that name.
     *
     * @throws IllegalArgumentException when there is none
     */
    static AuthenticationMethod named(String id) {
        for (AuthenticationMethod method : values()) {
            if (method.id.equals(id)) {
                return method;
            }
        }
        throw new IllegalArgumentException("Authentication method \"" + id + "\", expected pap, chap or ms-chap-v2");
    }
}
