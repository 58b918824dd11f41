package sluice.journal;

import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/** How the journal writes a length: one byte below 255, else 255 and four bytes. */
final class Packing {
    private static final int LONG = 255;

    private Packing() {}

    static void length(WireWriter out, int length) {
        if (length < LONG) {
            out.u8(length);
        } else {
            out.u8(LONG).u32(length);
        }
    }

    static int length(WireReader in) throws MalformedPacket {
        int first = in.u8();
        if (first < LONG) {
            return first;
        }
        long length = in.u32();
        if (length > in.remaining()) {
            throw in.malformed(EventFault.BAD_VALUE);
        }
        return (int) length;
    }

    static void bytes(WireWriter out, Bytes bytes) {
        length(out, bytes.length());
        out.bytes(bytes);
    }

    static Bytes bytes(WireReader in) throws MalformedPacket {
        return in.bytes(length(in));
    }

    static void text(WireWriter out, String text) {
        bytes(out, Bytes.utf8(text));
    }

    static String text(WireReader in) throws MalformedPacket {
        return bytes(in).toUtf8();
    }
}
