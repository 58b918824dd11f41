package sluice.dhcp;

import java.util.ArrayList;
import java.util.List;
import sluice.net.Bytes;
import sluice.net.WireWriter;

/**
 * Lays options out over the place behind the header and, when that is too small, over file and sname (RFC 2132, 9.3).
 * Each option stays in one place; one longer than 255 bytes is split there (RFC 3396, 6). Option 82 is the last behind
 * the header and never in file or sname (RFC 3046, 2.2).
 *
 * @param main behind the header, with its end option
 * @param file empty when the field carries no options
 * @param sname empty when the field carries no options
 * @param leftOut codes for which there was no room
 */
record OptionWriter(Bytes main, Bytes file, Bytes sname, List<Integer> leftOut) {
    private static final int PART_MAX = 255;
    private static final int OVERLOAD_LENGTH = 3;
    private static final int FILE = 1;
    private static final int SNAME = 2;

    OptionWriter {
        leftOut = List.copyOf(leftOut);
    }

    /**
     * Lays the options out.
     *
     * @param room bytes behind the header
     * @param fileIsFree true when options may stand in the file field
     * @param snameIsFree true when options may stand in the sname field
     */
    static OptionWriter pack(List<DhcpOption> options, int room, boolean fileIsFree, boolean snameIsFree) {
        WireWriter main = new WireWriter();
        for (DhcpOption option : options) {
            if (option.code() != DhcpOption.RELAY_AGENT) {
                write(main, option);
            }
        }
        Bytes relay = relayAgent(options);
        if (main.length() + relay.length() + 1 <= room) {
            return new OptionWriter(
                    main.bytes(relay).u8(DhcpOption.END).toBytes(), Bytes.EMPTY, Bytes.EMPTY, List.of());
        }
        return new Spread(room - relay.length(), fileIsFree, snameIsFree).pack(options, relay);
    }

    /** The options one behind the other, without an end. */
    static Bytes plain(List<DhcpOption> options) {
        WireWriter out = new WireWriter();
        for (DhcpOption option : options) {
            write(out, option);
        }
        return out.toBytes();
    }

    private static Bytes relayAgent(List<DhcpOption> options) {
        for (DhcpOption option : options) {
            if (option.code() == DhcpOption.RELAY_AGENT) {
                WireWriter out = new WireWriter(64);
                write(out, option);
                return out.toBytes();
            }
        }
        return Bytes.EMPTY;
    }

    /** Writes the value in its place, and once more in parts when it turns out too long for one. */
    private static void write(WireWriter out, DhcpOption option) {
        int start = out.length();
        out.u8(option.code()).u8(0);
        option.encodeValue(out);
        int length = out.length() - start - 2;
        if (length <= PART_MAX) {
            out.patch8(start + 1, length);
        } else {
            out.cut(start);
            write(out, option.code(), option.value());
        }
    }

    private static void write(WireWriter out, int code, Bytes value) {
        int at = 0;
        do {
            int count = Math.min(PART_MAX, value.length() - at);
            out.u8(code).u8(count).bytes(value.slice(at, count));
            at += count;
        } while (at < value.length());
    }

    /** One layout that needs more than the place behind the header. */
    private static final class Spread {
        private final WireWriter main = new WireWriter(512);
        private final WireWriter file = new WireWriter(DhcpMessage.FILE_LENGTH);
        private final WireWriter sname = new WireWriter(DhcpMessage.SNAME_LENGTH);
        private final List<Integer> leftOut = new ArrayList<>();
        private final int mainRoom;
        private final int fileRoom;
        private final int snameRoom;

        Spread(int room, boolean fileIsFree, boolean snameIsFree) {
            mainRoom = room - OVERLOAD_LENGTH - 1;
            fileRoom = fileIsFree ? DhcpMessage.FILE_LENGTH - 1 : 0;
            snameRoom = snameIsFree ? DhcpMessage.SNAME_LENGTH - 1 : 0;
        }

        OptionWriter pack(List<DhcpOption> options, Bytes relay) {
            for (DhcpOption option : options) {
                if (option.code() != DhcpOption.RELAY_AGENT) {
                    place(option.code(), option.value());
                }
            }
            int overload = (file.length() > 0 ? FILE : 0) | (sname.length() > 0 ? SNAME : 0);
            if (overload != 0) {
                main.u8(DhcpOption.OVERLOAD).u8(1).u8(overload);
            }
            main.bytes(relay).u8(DhcpOption.END);
            return new OptionWriter(main.toBytes(), ended(file), ended(sname), leftOut);
        }

        private void place(int code, Bytes value) {
            int parts = Math.max(1, (value.length() + PART_MAX - 1) / PART_MAX);
            int length = value.length() + 2 * parts;
            if (main.length() + length <= mainRoom) {
                write(main, code, value);
            } else if (file.length() + length <= fileRoom) {
                write(file, code, value);
            } else if (sname.length() + length <= snameRoom) {
                write(sname, code, value);
            } else {
                leftOut.add(code);
            }
        }

        private static Bytes ended(WireWriter field) {
            return field.length() == 0 ? Bytes.EMPTY : field.u8(DhcpOption.END).toBytes();
        }
    }
}
