package sluice.packet.io;

import java.util.List;
import java.util.stream.Stream;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.platform.api.Table;

/**
 * A subscriber of a data plane as the operator's table of entries shows it.
 *
 * @param open false when it was stopped
 */
public record EntryRow(SubscriberEntry entry, boolean open, Traffic traffic) {

    /** So many are shown. */
    public static final int ROWS_MAX = 1000;

    private static final List<String> COLUMNS = List.of(
            "Address",
            "Port",
            "Tags",
            "MAC",
            "Session",
            "State",
            "Up packets",
            "Up bytes",
            "Up policed",
            "Down packets",
            "Down bytes",
            "Down policed",
            "Spoofed",
            "Refused");

    /** In the order in which they come, at most {@link #ROWS_MAX}. */
    public static Table table(Stream<EntryRow> rows) {
        return new Table(COLUMNS, rows.limit(ROWS_MAX).map(EntryRow::cells).toList());
    }

    private List<String> cells() {
        return List.of(
                entry.address().toString(),
                Integer.toString(entry.port()),
                entry.tags().toString(),
                entry.mac().toString(),
                Long.toHexString(entry.session()),
                open ? "open" : "stopped",
                Long.toString(traffic.uploadPackets()),
                Long.toString(traffic.uploadBytes()),
                Long.toString(traffic.uploadDropped()),
                Long.toString(traffic.downloadPackets()),
                Long.toString(traffic.downloadBytes()),
                Long.toString(traffic.downloadDropped()),
                Long.toString(traffic.spoofed()),
                Long.toString(traffic.refused()));
    }
}
