package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.net.Ip4;
import sluice.net.MacAddress;

/** The kernel's ARP table, line by line. */
final class ArpTableTest {

    private static final String HEADING =
            "IP address       HW type     Flags       HW address            Mask     Device";

    private final ArpTable table = new ArpTable(Ip4.parse("10.99.0.2"), "core0");

    @Test
    void completeEntryOfTheCoreInterfaceIsTheAnswer() {
        assertThat(table.find(List.of(
                        HEADING,
                        "10.99.0.22       0x1         0x2         02:00:00:00:00:22     *        core0",
                        "10.99.0.2        0x1         0x2         02:00:00:00:00:33     *        mgmt0",
                        "10.99.0.2        0x1         0x2         02:00:00:00:00:01     *        core0")))
                .contains(MacAddress.parse("02:00:00:00:00:01"));
    }

    @Test
    void permanentEntryIsAnAnswerToo() {
        assertThat(table.find(List.of("10.99.0.2 0x1 0x6 02:00:00:00:00:01 * core0")))
                .isPresent();
    }

    @Test
    void incompleteEntryIsNone() {
        assertThat(table.find(List.of(HEADING, "10.99.0.2 0x1 0x0 00:00:00:00:00:00 * core0")))
                .isEmpty();
        assertThat(table.find(List.of(HEADING))).isEmpty();
    }
}
