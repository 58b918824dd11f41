package sluice.shell;

import java.time.Duration;
import java.util.Locale;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;

/** Durations, bytes and rates in the words of an operator. */
final class Amounts {

    private static final String[] BYTES = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    private static final String[] BITS = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", "Pbit/s", "Ebit/s"};

    private Amounts() {}

    /** The two largest units: {@code 3d 4h}, {@code 12m 5s}, {@code 0s}; negative ones with a minus. */
    static String duration(Duration duration) {
        if (duration.isNegative()) {
            return "-" + duration(duration.negated());
        }
        long days = duration.toDays();
        if (days > 0) {
            return days + "d " + duration.toHoursPart() + "h";
        }
        if (duration.toHours() > 0) {
            return duration.toHours() + "h " + duration.toMinutesPart() + "m";
        }
        if (duration.toMinutes() > 0) {
            return duration.toMinutes() + "m " + duration.toSecondsPart() + "s";
        }
        return duration.toSeconds() + "s";
    }

    /** Decimal units with one digit behind the point: {@code 999 B}, {@code 1.5 MB}. */
    static String bytes(long bytes) {
        return scaled(bytes, BYTES);
    }

    /** Where a subscriber may go: {@code open}, {@code walled} or {@code blocked}. */
    static String access(Treatment treatment) {
        return treatment.access().name().toLowerCase(Locale.ROOT);
    }

    /** {@code 100 Mbit/s, burst 2 MB} or {@code unlimited}. */
    static String rate(Policer policer) {
        return policer.isUnlimited()
                ? "unlimited"
                : scaled(policer.bitsPerSecond(), BITS) + ", burst " + bytes(policer.burstBytes());
    }

    private static String scaled(long amount, String[] units) {
        int unit = 0;
        double scaled = amount;
        while (scaled >= 999.95 && unit < units.length - 1) {
            scaled /= 1000;
            unit++;
        }
        String digits = String.format(Locale.ROOT, "%.1f", scaled);
        return (digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits) + " " + units[unit];
    }
}
