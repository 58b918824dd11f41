package sluice.session;

import java.time.Duration;

/**
 * What follows from a rejection.
 *
 * @param hold how long the device is not asked about again
 * @param perMinute rejections of one line in a minute, whatever its devices; then it begins no sessions until one is
 *     forgiven. 0: no limit
 */
record RejectSettings(Duration hold, int perMinute) {

    RejectSettings {
        if (hold.isNegative() || perMinute < 0) {
            throw new IllegalArgumentException(
                    "reject_hold_seconds and line_rejects_per_minute of sluice.session must be 0 or more");
        }
    }

    static RejectSettings of(SessionConfig config) {
        return new RejectSettings(
                Duration.ofSeconds(config.reject__hold__seconds()), config.line__rejects__per__minute());
    }
}
