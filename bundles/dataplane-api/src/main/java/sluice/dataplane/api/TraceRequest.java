package sluice.dataplane.api;

import java.time.Duration;
import java.util.List;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;

/**
 * Whose frames an operator wants to see, and how many at most. A frame from a line is shown when it has this source MAC
 * address, or comes from the line and the whole line is wanted, or claims one of the addresses; a frame from the core
 * is shown when it goes to one of them.
 *
 * @param wholeLine also frames of other devices on the line; wrong where subscribers share a VLAN
 * @param addresses at most one
 * @param prefixes at most sixteen; IPv4 networks as mapped addresses (RFC 4291, 2.5.5.2)
 * @param snap bytes of each frame, 64 to 2048
 * @param framesPerSecond 1 to 100,000; bursts of a tenth of it
 * @param limit after which the trace ends by itself, even if this process dies; 1 s to 1 h
 */
public record TraceRequest(
        LineId line,
        MacAddress mac,
        boolean wholeLine,
        List<Ip4> addresses,
        List<Ip6Prefix> prefixes,
        int snap,
        int framesPerSecond,
        Duration limit) {

    /** Most bytes of a frame that can be shown. */
    public static final int SNAP_MAX = 2048;

    /** Shortest useful part of a frame. */
    public static final int SNAP_MIN = 64;

    /** Most frames a second that can be shown. */
    public static final int RATE_MAX = 100_000;

    /** Longest trace. */
    public static final Duration LIMIT_MAX = Duration.ofHours(1);

    private static final int PREFIXES_MAX = 16;

    public TraceRequest {
        addresses = List.copyOf(addresses);
        prefixes = List.copyOf(prefixes);
        check("addresses", addresses.size(), 0, 1);
        check("prefixes", prefixes.size(), 0, PREFIXES_MAX);
        check("bytes of a frame", snap, SNAP_MIN, SNAP_MAX);
        check("frames a second", framesPerSecond, 1, RATE_MAX);
        check("seconds", limit.toSeconds(), 1, LIMIT_MAX.toSeconds());
    }

    private static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " of a trace: " + value + ", expected " + least + ".." + most);
        }
    }
}
