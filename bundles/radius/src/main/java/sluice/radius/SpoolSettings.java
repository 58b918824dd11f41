package sluice.radius;

import java.time.Duration;

/**
 * How accounting is delivered, to the servers together and to each copy alike.
 *
 * @param perSecond records per second at most, 0 without limit
 * @param alarmAfter age of the oldest waiting record at which the operator is called
 * @param alarmPercent part of the event log's bound that waiting records take at which he is called
 * @param refusedFor for how long a record is tried that servers refuse while they take others
 */
record SpoolSettings(int perSecond, Duration alarmAfter, int alarmPercent, Duration refusedFor) {

    SpoolSettings {
        if (perSecond < 0) {
            throw new IllegalArgumentException("Rate " + perSecond + " per second, expected 0 or more");
        }
        if (alarmAfter.isNegative() || alarmAfter.isZero() || refusedFor.isNegative()) {
            throw new IllegalArgumentException("Alarm after " + alarmAfter + ", given up after " + refusedFor);
        }
        if (alarmPercent < 1 || alarmPercent > 100) {
            throw new IllegalArgumentException("Alarm at " + alarmPercent + " %, expected 1..100");
        }
    }
}
