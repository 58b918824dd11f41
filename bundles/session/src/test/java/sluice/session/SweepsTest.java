package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.net.Ip4;
import sluice.session.api.Network;
import sluice.session.api.SessionId;

/** What concerns all sessions costs every turn a little, however many there are. */
final class SweepsTest {

    private static final long ALLOWED_BYTES = 10_000;
    private static final Session.Outside NOWHERE = new Session.Outside() {
        @Override
        public Optional<Network> networkOf(Ip4 address) {
            return Optional.empty();
        }
    };

    private final SessionTable table = new SessionTable();
    private final Sweeps sweeps = new Sweeps(table);
    private final List<Long> seen = new ArrayList<>();
    private int ends;

    @Test
    void beginningIsThatOfASmallTableHoweverManySessionsThereAre() {
        add(1, Crowd.MANY);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) { // the first time classes are loaded
            long before = threads.getCurrentThreadAllocatedBytes();
            begin();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least)
                .as("bytes; 4 per session and more if all ids were copied")
                .isLessThan(ALLOWED_BYTES);
    }

    @Test
    void everySessionIsSeenOnceAndNoTurnSeesMoreThanSome() {
        add(1, Crowd.MANY);
        begin();
        int turns = 0;
        for (int work = 1; work > 0; turns++) {
            int before = seen.size();
            work = sweeps.turn(0, () -> true);
            assertThat(seen.size() - before).isLessThanOrEqualTo(Sweeps.LOOKED_AT_MAX);
        }
        assertThat(seen).hasSize(Crowd.MANY).doesNotHaveDuplicates();
        assertThat(turns).isEqualTo(Math.ceilDiv(Crowd.MANY, Sweeps.LOOKED_AT_MAX) + 1);
        assertThat(ends).isOne();
    }

    @Test
    void thoseWhoGoMeanwhileAreLeftOutAndThoseWhoComeAreNotSeen() {
        add(1, 1_000);
        begin();
        sweeps.turn(0, () -> true);
        long last = seen.getLast();
        for (long id = 1; id <= 1_000; id += 2) {
            table.remove(table.get(id).orElseThrow());
        }
        add(1_001, 500);
        run();
        assertThat(seen).doesNotHaveDuplicates().allMatch(id -> id <= 1_000);
        assertThat(seen.stream().filter(id -> id > last)).hasSize((int) (1_000 - last) / 2);
        assertThat(ends).isOne();
    }

    @Test
    void sweepEndsWhenTheLastOfItsSessionsGoesWhileOthersCome() {
        add(1, 300);
        begin();
        sweeps.turn(0, () -> true);
        for (long id = Sweeps.LOOKED_AT_MAX + 1; id <= 300; id++) {
            table.remove(table.get(id).orElseThrow());
        }
        add(301, 10);
        run();
        assertThat(seen).hasSize(Sweeps.LOOKED_AT_MAX);
        assertThat(ends).isOne();
    }

    @Test
    void sweepOfNobodyEnds() {
        begin();
        run();
        assertThat(ends).isOne();
    }

    @Test
    void sweepsTakeTurnsSoThatALongOneKeepsNoShortOneWaiting() {
        add(1, 10 * Sweeps.LOOKED_AT_MAX);
        begin();
        int[] other = {0};
        sweeps.begin(
                (session, now) -> {
                    other[0]++;
                    return false;
                },
                () -> {});
        for (int i = 0; i < 4; i++) {
            sweeps.turn(0, () -> true);
        }
        assertThat(seen).hasSize(2 * Sweeps.LOOKED_AT_MAX);
        assertThat(other[0]).isEqualTo(2 * Sweeps.LOOKED_AT_MAX);
    }

    @Test
    void comparingAHundredThousandSessionsWithTheDataPlaneIsSpreadOverTurns() {
        Gateway gateway = new Gateway();
        Crowd.join(gateway, Crowd.MANY, Duration.ofHours(1));
        gateway.clock.advance(Duration.ofMillis(Reconciliation.SOON_MILLIS));
        long most = 0;
        int turns = 0;
        for (int work = 1; work > 0; turns++) {
            long before = gateway.counted(SessionCounter.RECONCILED);
            work = gateway.shard.turn(gateway.clock.millis());
            most = Math.max(most, gateway.counted(SessionCounter.RECONCILED) - before);
        }
        assertThat(gateway.counted(SessionCounter.RECONCILED)).isEqualTo(Crowd.MANY);
        assertThat(most).isEqualTo(Sweeps.DONE_MAX);
        assertThat(turns).isGreaterThan(Crowd.MANY / Sweeps.DONE_MAX);
    }

    private void begin() {
        sweeps.begin(
                (session, now) -> {
                    seen.add(session.id().value());
                    return false;
                },
                () -> ends++);
    }

    private void run() {
        while (sweeps.turn(0, () -> true) > 0) {
            // until none is left
        }
    }

    private void add(long first, int count) {
        for (int i = 0; i < count; i++) {
            table.add(new Session(
                    new SessionId(first + i), Crowd.key((int) first + i), "scripted", "bng-01/" + i, NOWHERE));
        }
    }
}
