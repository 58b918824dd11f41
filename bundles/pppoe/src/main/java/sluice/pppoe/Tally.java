package sluice.pppoe;

import java.util.concurrent.atomic.LongAdder;

/**
 * How often each constant of an enum came up. Safe for any thread; counting neither blocks nor allocates.
 *
 * @param <E> the enum
 */
final class Tally<E extends Enum<E>> {
    private final LongAdder[] values;

    Tally(Class<E> type) {
        values = new LongAdder[type.getEnumConstants().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = new LongAdder();
        }
    }

    void count(E constant) {
        values[constant.ordinal()].increment();
    }

    long get(E constant) {
        return values[constant.ordinal()].sum();
    }
}
