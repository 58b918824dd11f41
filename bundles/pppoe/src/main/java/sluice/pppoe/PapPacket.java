package sluice.pppoe;

import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/** The packets of the Password Authentication Protocol (RFC 1334, 2.2). */
final class PapPacket {
    static final int REQUEST = 1;
    static final int ACK = 2;
    static final int NAK = 3;

    private static final int MESSAGE_MAX = 255;

    private PapPacket() {}

    /**
     * The data of an Authenticate-Request.
     *
     * @param name as the peer sent it
     * @param password never shown
     */
    record Request(Bytes name, Bytes password) {
        static Request decode(Bytes data) throws MalformedPacket {
            WireReader in = new WireReader(data);
            try {
                return new Request(in.bytes(in.u8()), in.bytes(in.u8()));
            } catch (MalformedPacket truncated) {
                throw new MalformedPacket(PppFault.BAD_CREDENTIALS, truncated.offset());
            }
        }

        @Override
        public String toString() {
            return "Request[name=" + name + "]";
        }
    }

    /** The data of an Ack or Nak: a message of at most 255 bytes behind its length. */
    static Bytes message(String text) {
        Bytes message = ChapPacket.text(text, MESSAGE_MAX);
        return new WireWriter(1 + message.length())
                .u8(message.length())
                .bytes(message)
                .toBytes();
    }
}
