package sluice.dhcp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;

/**
 * Collects the options of a message out of the three places where they can stand: behind the header, then, when option
 * 52 says so, in file and in sname (RFC 2131, 4.1). Parts of one code are put together in that order (RFC 3396, 5 and
 * 7).
 */
final class OptionReader {
    private static final int FILE = 1;
    private static final int SNAME = 2;

    private final List<Part> parts = new ArrayList<>(12);
    private final long[] seen = new long[4];
    private boolean repeated;
    private int overload;

    private record Part(int code, Bytes value) {}

    private OptionReader() {}

    static OptionReader read(Bytes options, Bytes sname, Bytes file) throws MalformedPacket {
        OptionReader reader = new OptionReader();
        reader.collect(options);
        int overload = reader.overload;
        if ((overload & FILE) != 0) {
            reader.collect(file);
        }
        if ((overload & SNAME) != 0) {
            reader.collect(sname);
        }
        reader.overload = overload;
        return reader;
    }

    boolean fileIsOptions() {
        return (overload & FILE) != 0;
    }

    boolean snameIsOptions() {
        return (overload & SNAME) != 0;
    }

    /** The options in the order in which their first parts stood. */
    List<DhcpOption> decoded() throws MalformedPacket {
        List<DhcpOption> options = new ArrayList<>(parts.size());
        if (!repeated) {
            for (Part part : parts) {
                options.add(OptionDecoder.decode(part.code, part.value));
            }
            return options;
        }
        Map<Integer, Bytes> joined = new LinkedHashMap<>();
        for (Part part : parts) {
            joined.merge(part.code, part.value, Bytes::plus);
        }
        for (Map.Entry<Integer, Bytes> option : joined.entrySet()) {
            options.add(OptionDecoder.decode(option.getKey(), option.getValue()));
        }
        return options;
    }

    /** Takes options until the end option; a field that is full needs none. */
    private void collect(Bytes field) throws MalformedPacket {
        WireReader in = new WireReader(field);
        while (in.hasRemaining()) {
            int code = in.u8();
            if (code == DhcpOption.END) {
                return;
            }
            if (code != DhcpOption.PAD) {
                take(code, in.bytes(in.u8()));
            }
        }
    }

    private void take(int code, Bytes value) throws MalformedPacket {
        if (code == DhcpOption.OVERLOAD) {
            if (value.length() != 1 || value.at(0) < 1 || value.at(0) > (FILE | SNAME)) {
                throw new MalformedPacket(DhcpFault.BAD_OPTION, 0);
            }
            overload = value.at(0);
            return;
        }
        long bit = 1L << code;
        repeated |= (seen[code >>> 6] & bit) != 0;
        seen[code >>> 6] |= bit;
        parts.add(new Part(code, value));
    }
}
