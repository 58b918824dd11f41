package sluice.session;

import java.time.Duration;

/**
 * What the gateway does by itself while no server answers, as configured.
 *
 * @param others rules of all realms that have none of their own
 * @param queueMax most subscribers that wait, over all shards
 * @param profilesMax most acceptances that are remembered, over all shards
 * @param perSecond how many are asked about again in a second when servers are back, over all shards
 * @param probe time between two questions that find out whether a server is back
 * @param retry time until the first repetition of a question that nobody answered although servers do answer; doubles
 * @param shortLease lease from a pool that is nearly full
 * @param fullPercent from when on a pool is nearly full
 */
record OutageSettings(
        OutageRules others,
        int queueMax,
        int profilesMax,
        int perSecond,
        Duration probe,
        Duration retry,
        Duration shortLease,
        int fullPercent) {

    /** Nobody new is served, and everything else as it comes out of the box. */
    static final OutageSettings DEFAULT = new OutageSettings(
            OutageRules.DENY,
            10_000,
            100_000,
            50,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofMinutes(5),
            90);

    OutageSettings {
        if (queueMax < 0 || profilesMax < 0 || perSecond < 1 || perSecond > 1_000_000) {
            throw new IllegalArgumentException(
                    "queue_max and profiles_max must be 0 or more, reauthentications_per_second 1 to 1000000");
        }
        if (!probe.isPositive() || !retry.isPositive() || shortLease.toSeconds() < 1) {
            throw new IllegalArgumentException(
                    "probe_seconds, retry_seconds and short_lease_seconds must be 1 or more");
        }
        if (fullPercent < 1 || fullPercent > 101) {
            throw new IllegalArgumentException("short_lease_percent = " + fullPercent + ", expected 1..101");
        }
    }

    /** @throws IllegalArgumentException naming the key that is wrong */
    static OutageSettings of(SessionConfig config) {
        return new OutageSettings(
                OutageRules.of(
                        config.radius__down(),
                        config.radius__down__unknown(),
                        config.radius__down__policy(),
                        config.profile__hours(),
                        config.queue__seconds()),
                config.queue__max(),
                config.profiles__max(),
                config.reauthentications__per__second(),
                Duration.ofSeconds(config.probe__seconds()),
                Duration.ofSeconds(config.retry__seconds()),
                Duration.ofSeconds(config.short__lease__seconds()),
                config.short__lease__percent());
    }

    OutageSettings with(OutageRules rules) {
        return new OutageSettings(rules, queueMax, profilesMax, perSecond, probe, retry, shortLease, fullPercent);
    }
}
