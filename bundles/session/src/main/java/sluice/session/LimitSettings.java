package sluice.session;

/**
 * How many sessions may exist side by side, as configured; 0 is no limit.
 *
 * @param perLine most sessions of one line
 * @param line what happens when a line has them
 * @param perUser most sessions of one user name
 * @param user what happens when a user name has them
 * @param perMac most sessions of one device, on whatever line
 * @param mac what happens when a device has them
 * @param setupsPerMinute sessions that one line may begin in a minute
 */
record LimitSettings(int perLine, Full line, int perUser, Full user, int perMac, Full mac, int setupsPerMinute) {

    /** What happens to one session too many. */
    enum Full {
        /** It is refused. */
        REFUSE,
        /** The oldest one ends as soon as the new one is authorized. */
        REPLACE
    }

    LimitSettings {
        if (perLine < 1 || perUser < 0 || perMac < 0 || setupsPerMinute < 0) {
            throw new IllegalArgumentException(
                    "max_sessions_per_line must be 1 or more, max_sessions_per_user, max_sessions_per_mac and"
                            + " line_setups_per_minute 0 or more");
        }
    }

    /** @throws IllegalArgumentException naming the key that is wrong */
    static LimitSettings of(SessionConfig config) {
        return new LimitSettings(
                config.max__sessions__per__line(),
                full("line_full", config.line__full()),
                config.max__sessions__per__user(),
                full("user_full", config.user__full()),
                config.max__sessions__per__mac(),
                full("mac_full", config.mac__full()),
                config.line__setups__per__minute());
    }

    /** So many sessions of a line, and no other limit. */
    static LimitSettings perLine(int most) {
        return new LimitSettings(most, Full.REFUSE, 0, Full.REFUSE, 0, Full.REFUSE, 0);
    }

    /** @throws IllegalArgumentException naming the key when the word is none of the configuration */
    private static Full full(String key, String word) {
        return switch (word) {
            case "refuse" -> Full.REFUSE;
            case "replace" -> Full.REPLACE;
            default -> throw new IllegalArgumentException(key + " = " + word + ", expected refuse or replace");
        };
    }
}
