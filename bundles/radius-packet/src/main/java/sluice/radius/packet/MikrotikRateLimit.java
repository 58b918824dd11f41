package sluice.radius.packet;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.dataplane.api.Policer;

/**
 * A Mikrotik-Rate-Limit: {@code rx[/tx] [rx-burst[/tx-burst] [rx-threshold[/tx-threshold] [rx-time[/tx-time] ...]]]}.
 * Rates are bit/s with k, M or G (thousands), times seconds; rx is what the router receives, so from the subscriber.
 *
 * <p>That burst lasts for threshold x time / burst rate; what passes in it is threshold x time.
 */
record MikrotikRateLimit(Optional<Policer> download, Optional<Policer> upload) {

    private static final Pattern NUMBER = Pattern.compile("(\\d{1,12})([kKmMgG]?)");

    /** @throws IllegalArgumentException when the text is anything else */
    static MikrotikRateLimit parse(String text) {
        String[] fields = text.strip().split("\\s+");
        long[] rates = pair(fields[0]);
        long[] thresholds = fields.length > 2 ? pair(fields[2]) : new long[2];
        long[] times = fields.length > 3 ? pair(fields[3]) : new long[2];
        return new MikrotikRateLimit(
                Rate.DOWNLOAD.policer(rates[1], burst(thresholds[1], times[1])),
                Rate.UPLOAD.policer(rates[0], burst(thresholds[0], times[0])));
    }

    private static long burst(long threshold, long seconds) {
        return Math.clamp(threshold, 0, 1_000_000_000_000L) * Math.clamp(seconds, 0, 1000) / 8;
    }

    private static long[] pair(String field) {
        String[] halves = field.split("/", -1);
        if (halves.length > 2) {
            throw new IllegalArgumentException("Rate limit " + field + ", expected rx/tx");
        }
        long rx = number(halves[0]);
        return new long[] {rx, halves.length == 2 ? number(halves[1]) : rx};
    }

    private static long number(String text) {
        Matcher number = NUMBER.matcher(text);
        if (!number.matches()) {
            throw new IllegalArgumentException("Rate " + text + ", expected digits and k, M or G");
        }
        long factor = switch (number.group(2)) {
            case "k", "K" -> 1000L;
            case "m", "M" -> 1_000_000L;
            case "g", "G" -> 1_000_000_000L;
            default -> 1L;
        };
        return Math.multiplyExact(Long.parseLong(number.group(1)), factor);
    }
}
