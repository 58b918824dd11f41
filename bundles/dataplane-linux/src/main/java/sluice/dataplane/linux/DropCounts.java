package sluice.dataplane.linux;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Packets that were dropped and belong to no subscriber.
 *
 * @param unknownSource from an address that is not installed
 * @param unknownDestination to an address that is not installed
 * @param toGateway to an address of the machine, neither DHCP nor echo
 * @param arpOverRate questions of ARP that came too fast from one sender
 * @param arpOverLine from one line
 * @param arpOverClass from all lines together
 */
record DropCounts(
        long unknownSource,
        long unknownDestination,
        long toGateway,
        long arpOverRate,
        long arpOverLine,
        long arpOverClass) {

    /** Reads what {@code nft list counters} prints. */
    static DropCounts parse(String text) {
        return new DropCounts(
                count(text, "unknown_source"),
                count(text, "unknown_destination"),
                count(text, "to_gateway"),
                count(text, "over_rate"),
                count(text, "over_line"),
                count(text, "over_class"));
    }

    private static long count(String text, String name) {
        Matcher matcher =
                Pattern.compile("counter " + name + " \\{\\s*packets (\\d+)").matcher(text);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }
}
