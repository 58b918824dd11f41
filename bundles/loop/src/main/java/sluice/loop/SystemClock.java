package sluice.loop;

/** The only place of the product that reads {@link System#nanoTime()}: on Linux CLOCK_MONOTONIC, from the boot on. */
final class SystemClock implements MonotonicClock {
    static final SystemClock INSTANCE = new SystemClock();

    private SystemClock() {}

    @Override
    public long nanos() {
        return System.nanoTime();
    }
}
