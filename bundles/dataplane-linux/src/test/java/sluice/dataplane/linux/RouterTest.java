package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RouterTest {

    private static final String MACHINE = """
        0:	from all lookup local
        32766:	from all lookup main
        32767:	from all lookup default
        """;

    @Test
    void firstStartAddsARuleForEachAccessInterfaceAndOneForTheWayBack() {
        assertThat(Router.rules(List.of("trunk0", "trunk1"), MACHINE))
                .containsExactly(
                        "rule add pref 1000 from all iif trunk0 lookup 6400",
                        "rule add pref 1000 from all iif trunk1 lookup 6400",
                        "rule add pref 1001 from all lookup 6400 suppress_prefixlength 0");
    }

    @Test
    void laterStartLeavesWhatIsRightAndTakesAwayWhatIsNot() {
        String shown = """
            0:	from all lookup local
            1000:	from all iif trunk0 lookup 6400
            1000:	from all iif old0 lookup 6400
            1001:	from all lookup 6400 suppress_prefixlength 0
            32766:	from all lookup main
            """;
        assertThat(Router.rules(List.of("trunk0"), shown))
                .containsExactly("rule del pref 1000 from all iif old0 lookup 6400");
    }
}
