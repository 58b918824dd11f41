package sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.platform.api.Distribution;
import sluice.platform.api.MetricFamily;

/** The text format of Prometheus, version 0.0.4. */
final class TextFormatTest {

    private static final MetricFamily TOTAL =
            MetricFamily.counter("bng_things_total", "Things by kind", "kind", "place");
    private static final MetricFamily STATE = MetricFamily.gauge("bng_state", "State");

    @Test
    void familiesStandTogetherInTheOrderOfTheirNames() {
        assertThat(TextFormat.write(List.of(TOTAL.sample(3, "a", "x"), STATE.sample(true), TOTAL.sample(4, "b", "x"))))
                .isEqualTo("""
                    # HELP bng_state State
                    # TYPE bng_state gauge
                    bng_state 1
                    # HELP bng_things_total Things by kind
                    # TYPE bng_things_total counter
                    bng_things_total{kind="a",place="x"} 3
                    bng_things_total{kind="b",place="x"} 4
                    """);
    }

    @Test
    void labelsAndHelpAreEscaped() {
        MetricFamily odd = MetricFamily.gauge("bng_odd", "One\\two\nthree \"four\"", "who");
        assertThat(TextFormat.write(List.of(odd.sample(0, "a\"b\\c\nd")))).isEqualTo("""
            # HELP bng_odd One\\\\two\\nthree "four"
            # TYPE bng_odd gauge
            bng_odd{who="a\\"b\\\\c\\nd"} 0
            """);
    }

    @Test
    void histogramHasABucketForEachBoundAndOneForAllThenSumAndCount() {
        MetricFamily times = MetricFamily.histogram("bng_wait_seconds", "Waits", "server");
        Distribution waits = new Distribution(List.of(0.005, 1.0), List.of(2L, 3L, 4L), 12.5);
        assertThat(TextFormat.write(List.of(times.sample(waits, "one")))).isEqualTo("""
            # HELP bng_wait_seconds Waits
            # TYPE bng_wait_seconds histogram
            bng_wait_seconds_bucket{server="one",le="0.005"} 2
            bng_wait_seconds_bucket{server="one",le="1"} 3
            bng_wait_seconds_bucket{server="one",le="+Inf"} 4
            bng_wait_seconds_sum{server="one"} 12.5
            bng_wait_seconds_count{server="one"} 4
            """);
    }

    @Test
    void distributionsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new Distribution(List.of(1.0), List.of(1L), 1)).hasMessageContaining("one more");
        assertThatThrownBy(() -> new Distribution(List.of(2.0, 1.0), List.of(1L, 1L, 1L), 1))
                .hasMessageContaining("ascending");
        assertThatThrownBy(() -> new Distribution(List.of(1.0), List.of(2L, 1L), 1))
                .hasMessageContaining("ascending");
        assertThatThrownBy(() -> STATE.sample(new Distribution(List.of(), List.of(0L), 0)))
                .hasMessageContaining("GAUGE");
        assertThatThrownBy(() ->
                        MetricFamily.histogram("bng_wait_seconds", "Waits").sample(1))
                .hasMessageContaining("HISTOGRAM");
    }

    @Test
    void theFirstOfTwoEqualSeriesCounts() {
        assertThat(TextFormat.write(List.of(STATE.sample(1), STATE.sample(2)))).endsWith("bng_state 1\n");
    }

    @Test
    void aFamilyThatTwoVersionsDescribeDifferentlyIsWrittenOnce() {
        MetricFamily newer = MetricFamily.gauge("bng_state", "State by place", "place");
        assertThat(TextFormat.write(List.of(STATE.sample(1), newer.sample(1, "x"))))
                .isEqualTo("# HELP bng_state State\n# TYPE bng_state gauge\nbng_state 1\n");
    }

    @Test
    void wholeNumbersHaveNoFraction() {
        assertThat(TextFormat.number(9_007_199_254_740_991d)).isEqualTo("9007199254740991");
        assertThat(TextFormat.number(0.25)).isEqualTo("0.25");
        assertThat(TextFormat.number(-3)).isEqualTo("-3");
        assertThat(TextFormat.number(Double.NaN)).isEqualTo("NaN");
        assertThat(TextFormat.number(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
    }

    @Test
    void namesThatPrometheusDoesNotKnowAreRefused() {
        assertThatThrownBy(() -> MetricFamily.counter("bng_things", "x")).hasMessageContaining("_total");
        assertThatThrownBy(() -> MetricFamily.gauge("bng_things_total", "x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MetricFamily.gauge("bng-things", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MetricFamily.gauge("bng_things", "x", "job")).hasMessageContaining("job");
        assertThatThrownBy(() -> TOTAL.sample(1, "a")).hasMessageContaining("expected [kind, place]");
    }
}
