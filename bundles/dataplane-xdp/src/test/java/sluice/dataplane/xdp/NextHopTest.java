package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.net.MacAddress;

/** What is heard of a router as the kernel's table of neighbours changes. */
final class NextHopTest {

    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:03:01");

    private final List<String> heard = new ArrayList<>();
    private Optional<MacAddress> neighbour = Optional.empty();
    private NextHop hop;

    @BeforeEach
    void begin() throws Exception {
        Neighbours table = new Neighbours() {
            @Override
            public Optional<MacAddress> find() {
                return neighbour;
            }

            @Override
            public void close() {}
        };
        hop = new NextHop(InetAddress.getLoopbackAddress(), table, new NextHop.Listener() {
            @Override
            public void found(MacAddress mac) {
                heard.add(mac.toString());
            }

            @Override
            public void lost() {
                heard.add("lost");
            }
        });
    }

    @AfterEach
    void end() {
        hop.end();
    }

    @Test
    void routerIsLostAfterSecondsOfSilenceAndFoundAgain() {
        neighbour = Optional.of(MAC);
        hop.turn(0);
        neighbour = Optional.empty();
        for (long now = hop.nextDeadline(); now < 8_000; now = hop.nextDeadline()) {
            hop.turn(now);
        }
        assertThat(heard).as("three seconds after 5000 ms").containsExactly(MAC.toString());
        hop.turn(8_000);
        assertThat(heard).containsExactly(MAC.toString(), "lost");
        neighbour = Optional.of(MAC);
        hop.turn(hop.nextDeadline());
        assertThat(heard).containsExactly(MAC.toString(), "lost", MAC.toString());
    }

    @Test
    void routerOfTheTimeBeforeThatNeverAnswersIsLostToo() {
        hop.turn(0);
        hop.turn(2_999);
        assertThat(heard).isEmpty();
        hop.turn(3_199);
        assertThat(heard).containsExactly("lost");
    }
}
