package sluice.platform.api;

import java.util.List;

/**
 * How many cases were how large, as of now: the value of a histogram.
 *
 * @param bounds ascending, in the unit of the metric
 * @param cases how many were at most as large as each bound, and last how many there were at all
 * @param sum of all sizes
 */
public record Distribution(List<Double> bounds, List<Long> cases, double sum) {

    public Distribution {
        bounds = List.copyOf(bounds);
        cases = List.copyOf(cases);
        if (cases.size() != bounds.size() + 1) {
            throw new IllegalArgumentException(
                    cases.size() + " numbers for " + bounds.size() + " bounds, expected one more");
        }
        if (!isAscending(bounds, true) || !isAscending(cases, false)) {
            throw new IllegalArgumentException("Bounds " + bounds + " with " + cases + ", expected ascending ones");
        }
    }

    /** How many cases there were. */
    public long count() {
        return cases.getLast();
    }

    private static <T extends Comparable<T>> boolean isAscending(List<T> values, boolean strictly) {
        for (int i = 1; i < values.size(); i++) {
            int order = values.get(i).compareTo(values.get(i - 1));
            if (order < 0 || strictly && order == 0) {
                return false;
            }
        }
        return true;
    }
}
