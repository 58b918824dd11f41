package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sluice.testkit.ManualClock;

/** However long one piece of work takes, a turn is over soon. */
final class TurnBudgetTest {

    private final ManualClock clock = new ManualClock();
    private final TurnBudget budget = new TurnBudget(clock);

    @Test
    void doesEverythingThatThereIsWhenItIsQuick() {
        int[] left = {100};
        budget.begin();
        assertThat(budget.spend(256, most -> take(left, most, Duration.ZERO))).isEqualTo(100);
        assertThat(left).containsExactly(0);
    }

    @Test
    void doesNoMoreThanIsEnough() {
        int[] left = {1_000};
        budget.begin();
        assertThat(budget.spend(100, most -> take(left, most, Duration.ZERO))).isEqualTo(100);
    }

    @Test
    void endsAfterThePieceInWhichTheTimeWasOver() {
        int[] left = {1_000};
        budget.begin();
        int done = budget.spend(256, most -> take(left, most, Duration.ofMillis(1)));
        assertThat(done).isEqualTo(2 * TurnBudget.PIECE);
    }

    @Test
    void goesOnWhileWorkThatDidNothingYetSaysThatThereIsMore() {
        int[] left = {100};
        int[] preparations = {50};
        budget.begin();
        int done = budget.spend(
                256, most -> preparations[0]-- > 0 ? 0 : take(left, most, Duration.ZERO), () -> left[0] > 0);
        assertThat(done).isEqualTo(100);
        assertThat(budget.spend(
                        256,
                        most -> {
                            clock.advance(Duration.ofMillis(1));
                            return 0;
                        },
                        () -> true))
                .as("until the time is over")
                .isZero();
        assertThat(budget.isLeft()).isFalse();
    }

    @Test
    void everyKindOfWorkGetsOnAPieceHoweverSlowTheOthersAre() {
        int[] left = {1_000};
        budget.begin();
        clock.advance(TurnBudget.TIME.multipliedBy(2));
        assertThat(budget.isLeft()).isFalse();
        assertThat(budget.spend(256, most -> take(left, most, Duration.ZERO))).isEqualTo(TurnBudget.PIECE);
    }

    /** Takes some of what is left, each in so much time. */
    private int take(int[] left, int most, Duration each) {
        int taken = Math.min(left[0], most);
        left[0] -= taken;
        clock.advance(each.multipliedBy(taken));
        return taken;
    }
}
