package sluice.packet.io;

import java.util.Comparator;
import java.util.List;
import sluice.net.MacAddress;
import sluice.platform.api.Table;

/**
 * A line whose frames of one class were dropped before the control plane.
 *
 * @param port index of the access interface
 * @param outerVid 0 without a tag
 * @param innerVid 0 with at most one tag
 * @param sender zero where tags say which line it is
 * @param dropped since the line was heard first, or heard again after a long silence
 */
public record Storm(int port, int outerVid, int innerVid, MacAddress sender, PuntClass kind, long dropped) {

    private static final int ROWS_MAX = 1000;
    private static final List<String> COLUMNS = List.of("Port", "S-VLAN", "C-VLAN", "Sender", "Class", "Dropped");

    /** The worst first, at most a thousand. */
    public static Table table(List<Storm> storms) {
        List<List<String>> rows = storms.stream()
                .sorted(Comparator.comparingLong(Storm::dropped).reversed())
                .limit(ROWS_MAX)
                .map(Storm::cells)
                .toList();
        return new Table(COLUMNS, rows);
    }

    private List<String> cells() {
        return List.of(
                Integer.toString(port),
                vid(outerVid),
                vid(innerVid),
                sender.equals(MacAddress.ZERO) ? "" : sender.toString(),
                kind.label(),
                Long.toString(dropped));
    }

    private static String vid(int vid) {
        return vid == 0 ? "" : Integer.toString(vid);
    }
}
