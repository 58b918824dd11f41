package sluice.session;

/**
 * How many frames that belong to no session are answered.
 *
 * @param linePerSecond answers to one line, or to one device where many share a VLAN; twice as many at once
 * @param perSecond answers of one shard; twice as many at once
 */
record StraySettings(int linePerSecond, int perSecond) {

    StraySettings {
        if (linePerSecond < 1 || perSecond < 1) {
            throw new IllegalArgumentException("line_answers_per_second and answers_per_second must be 1 or more");
        }
    }

    /** @param shards among which the answers per second are divided */
    static StraySettings of(SessionConfig config, int shards) {
        return new StraySettings(
                config.line__answers__per__second(), Math.max(1, config.answers__per__second() / shards));
    }
}
