package sluice.session;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;

/**
 * What becomes of the subscribers of one realm while no server answers.
 *
 * @param mode first choice
 * @param unknown for {@link Mode#CACHED}: what becomes of those of whom nothing is remembered
 * @param policy of those who are served without having been accepted; empty: the appliance's default
 * @param profileAge how old a remembered acceptance may be
 * @param queueTime how long somebody may wait
 */
record OutageRules(Mode mode, Mode unknown, Optional<String> policy, Duration profileAge, Duration queueTime) {

    /** What the operator can choose; in the configuration in lower case. */
    enum Mode {
        /** Refused when the time for setting up is over. */
        DENY,
        /** Served as a server said the last time. */
        CACHED,
        /** Served with the realm's policy. */
        ALLOW,
        /** Waits until a server answers. */
        QUEUE;

        /** For somebody whose password or answer to a challenge only a server can judge. */
        Mode ofProof() {
            return this == QUEUE ? QUEUE : DENY;
        }
    }

    /** Nobody new is served. */
    static final OutageRules DENY =
            new OutageRules(Mode.DENY, Mode.DENY, Optional.empty(), Duration.ofHours(24), Duration.ofMinutes(10));

    OutageRules {
        if (unknown == Mode.CACHED) {
            throw new IllegalArgumentException("radius_down_unknown = cached, expected deny, allow or queue");
        }
        if (!profileAge.isPositive() || !queueTime.isPositive()) {
            throw new IllegalArgumentException("profile_hours and queue_seconds must be 1 or more");
        }
    }

    /**
     * The rules in a configuration.
     *
     * @throws IllegalArgumentException naming the key that is wrong
     */
    static OutageRules of(String mode, String unknown, String policy, int profileHours, int queueSeconds) {
        return new OutageRules(
                mode("radius_down", mode),
                mode("radius_down_unknown", unknown),
                Optional.of(policy.strip()).filter(name -> !name.isEmpty()),
                Duration.ofHours(profileHours),
                Duration.ofSeconds(queueSeconds));
    }

    /** What those are given who are served without having been accepted. */
    Authorization byDefault() {
        return policy.map(AuthorizationChange::toPolicy)
                .map(Authorization.DEFAULT::with)
                .orElse(Authorization.DEFAULT);
    }

    /** Whether acceptances are to be remembered. */
    boolean remembers() {
        return mode == Mode.CACHED;
    }

    private static Mode mode(String key, String word) {
        for (Mode mode : Mode.values()) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(word)) {
                return mode;
            }
        }
        throw new IllegalArgumentException(key + " = " + word + ", expected deny, cached, allow or queue");
    }
}
