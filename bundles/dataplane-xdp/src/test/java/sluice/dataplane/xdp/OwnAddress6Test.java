package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.net.Ip6;

/** The kernel's list of addresses, line by line. */
final class OwnAddress6Test {

    private final OwnAddress6 own = new OwnAddress6("core0", address -> {});

    @Test
    void globalAddressOfTheCoreInterfaceIsTheAnswer() {
        assertThat(own.find(List.of(
                        "00000000000000000000000000000001 01 80 10 80       lo",
                        "fe80000000000000000000fffe0000fd 05 40 20 80    core0",
                        "20010db8009800000000000000000001 04 40 00 80    mgmt0",
                        "20010db8009900000000000000000001 05 40 00 80    core0")))
                .contains(Ip6.parse("2001:db8:99::1"));
    }

    @Test
    void addressThatIsNotReadyIsNone() {
        for (String flags : List.of("c0", "88", "a0", "40")) {
            assertThat(own.find(List.of("20010db8009900000000000000000001 05 40 00 " + flags + " core0")))
                    .isEmpty();
        }
        assertThat(own.find(List.of())).isEmpty();
    }
}
