package sluice.pppoe;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/** The packets of CHAP (RFC 1994, 4), and what MS-CHAPv2 has in them (RFC 2759, 4 to 6). */
final class ChapPacket {
    static final int CHALLENGE = 1;
    static final int RESPONSE = 2;
    static final int SUCCESS = 3;
    static final int FAILURE = 4;

    /** Of every challenge; MS-CHAPv2 allows no other length. */
    static final int CHALLENGE_LENGTH = 16;

    /** Of the value in a response with MD5. */
    static final int MD5_LENGTH = 16;

    /** Of the value in a response of MS-CHAPv2: challenge 16, reserved 8, response 24, flags 1. */
    static final int MS_CHAP2_LENGTH = 49;

    private static final int MESSAGE_MAX = 255;
    private static final int FLAGS_LENGTH = 1;
    private static final int PROOF_AT = 1;
    private static final int PROOF_LENGTH = 42;
    private static final int WRONG_PASSWORD = 691;
    private static final Pattern ERROR = Pattern.compile("E=(\\d{1,9})\\b");

    private ChapPacket() {}

    /**
     * The data of a Response, behind its length.
     *
     * @param value proof of a secret, never shown
     * @param name as the peer sent it
     */
    record Response(Bytes value, Bytes name) {
        static Response decode(Bytes data) throws MalformedPacket {
            WireReader in = new WireReader(data);
            try {
                return new Response(in.bytes(in.u8()), in.rest());
            } catch (MalformedPacket truncated) {
                throw new MalformedPacket(PppFault.BAD_CREDENTIALS, truncated.offset());
            }
        }

        /** As RADIUS wants it (RFC 2548, 2.3.2): two bytes for others to fill, and the value without its flags. */
        Bytes forRadius() {
            return Bytes.of(0, 0).plus(value.slice(0, MS_CHAP2_LENGTH - FLAGS_LENGTH));
        }

        @Override
        public String toString() {
            return "Response[name=" + name + "]";
        }
    }

    /** The data of a Challenge. */
    static Bytes challenge(Bytes value, String name) {
        return new WireWriter(64)
                .u8(value.length())
                .bytes(value)
                .bytes(Bytes.utf8(name))
                .toBytes();
    }

    /** The message of a Success or Failure with MD5. */
    static Bytes message(String words) {
        return text(words, MESSAGE_MAX);
    }

    /**
     * The message of a Success of MS-CHAPv2 (RFC 2759, 5): the proof that the server knows the password too.
     *
     * @param attribute MS-CHAP2-Success: identifier 1, {@code S=} and 40 hexadecimal digits
     * @return empty when the attribute has no proof
     */
    static Optional<Bytes> proof(Bytes attribute, String words) {
        if (attribute.length() < PROOF_AT + PROOF_LENGTH) {
            return Optional.empty();
        }
        Bytes proof = attribute.slice(PROOF_AT, PROOF_LENGTH);
        return proof.at(0) == 'S' && proof.at(1) == '='
                ? Optional.of(proof.plus(text(" M=" + words, MESSAGE_MAX)))
                : Optional.empty();
    }

    /**
     * The message of a Failure of MS-CHAPv2 (RFC 2759, 6). The peer may not try again, and the challenge is not used
     * again.
     *
     * @param attribute MS-CHAP-Error, of which the number of the error is taken; empty: wrong name or password
     */
    static Bytes failure(Optional<Bytes> attribute, Bytes challenge, String words) {
        String number = attribute
                .map(error -> ERROR.matcher(error.toUtf8()))
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .orElse(Integer.toString(WRONG_PASSWORD));
        String hex = HexFormat.of().formatHex(challenge.toArray()).toUpperCase(Locale.ROOT);
        return text("E=" + number + " R=0 C=" + hex + " V=3 M=" + words, MESSAGE_MAX);
    }

    /** The text in UTF-8, without the characters at its end for which there is no room. */
    static Bytes text(String text, int lengthMax) {
        Bytes bytes = Bytes.utf8(text);
        int length = Math.min(bytes.length(), lengthMax);
        while (length > 0 && length < bytes.length() && (bytes.at(length) & 0xc0) == 0x80) {
            length--;
        }
        return bytes.slice(0, length).compact();
    }
}
