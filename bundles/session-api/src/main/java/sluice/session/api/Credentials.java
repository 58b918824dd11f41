package sluice.session.api;

import sluice.net.Bytes;

/** How a subscriber proves who it is. None of them shows its secret in {@code toString}. */
public sealed interface Credentials {

    /** A password as the subscriber sent it (RFC 1334). */
    record Pap(Bytes password) implements Credentials {
        @Override
        public String toString() {
            return "Pap";
        }
    }

    /**
     * An answer to a challenge (RFC 1994).
     *
     * @param id 0..255
     * @param response 16 bytes
     */
    record Chap(int id, Bytes response, Bytes challenge) implements Credentials {
        public Chap {
            checkId(id);
            checkLength("CHAP response", response, 16);
        }

        @Override
        public String toString() {
            return "Chap";
        }
    }

    /**
     * An answer to a challenge, with proof of the server in return (RFC 2759).
     *
     * @param id 0..255
     * @param response 50 bytes as in MS-CHAP2-Response (RFC 2548, 2.3.2), of which the first two are overwritten
     * @param challenge 16 bytes
     */
    record MsChap2(int id, Bytes response, Bytes challenge) implements Credentials {
        public MsChap2 {
            checkId(id);
            checkLength("MS-CHAPv2 response", response, 50);
            checkLength("MS-CHAPv2 challenge", challenge, 16);
        }

        @Override
        public String toString() {
            return "MsChap2";
        }
    }

    /**
     * The subscriber proved who it is when its session began; nobody keeps passwords or answers to challenges, so it is
     * only asked what is granted now (Service-Type Authorize-Only, RFC 5176, 3.2).
     */
    record Earlier() implements Credentials {}

    private static void checkId(int id) {
        if (id < 0 || id > 0xff) {
            throw new IllegalArgumentException("Identifier " + id + ", expected 0..255");
        }
    }

    private static void checkLength(String what, Bytes bytes, int length) {
        if (bytes.length() != length) {
            throw new IllegalArgumentException(what + " of " + bytes.length() + " bytes, expected " + length);
        }
    }
}
