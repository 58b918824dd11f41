package sluice.loop;

/**
 * What a loop does when a turn found nothing: look again some times, then park until a ring or the next deadline.
 *
 * <p>Looking again saves the 15 to 20 microseconds of a wake-up and costs a processor; parking is the other way round.
 *
 * @param spins how many idle turns before parking, 0 or more
 * @param parkMillis the longest parking, milliseconds, 1 or more: a net below forgotten rings, not a poll interval
 */
public record Idle(int spins, long parkMillis) {
    private static final int SPINS_WITH_PROCESSORS_TO_SPARE = 200;
    private static final int SPINS_WITHOUT = 5;
    private static final int PROCESSORS_TO_SPARE = 4;
    private static final long PARK_MILLIS = 1_000;

    public Idle {
        if (spins < 0 || parkMillis < 1) {
            throw new IllegalArgumentException(
                    "idle after " + spins + " spins for " + parkMillis + " ms, expected 0 or more for 1 ms or more");
        }
    }

    /** Spins briefly on machines with processors to spare and parks soon on small ones. */
    public static Idle forProcessors(int processors) {
        return new Idle(processors < PROCESSORS_TO_SPARE ? SPINS_WITHOUT : SPINS_WITH_PROCESSORS_TO_SPARE, PARK_MILLIS);
    }
}
