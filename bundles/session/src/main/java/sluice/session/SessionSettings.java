package sluice.session;

import java.time.Duration;

/**
 * How the engine works, as configured.
 *
 * @param bngId name of the gateway, for user names
 * @param radius whether subscribers are authenticated; else everybody is accepted with the defaults
 * @param userName template of User-Name
 * @param interim time between interim records unless RADIUS says otherwise
 * @param quarantine how long an address that somebody else answers for is out of use
 * @param rejects what follows from a rejection
 * @param setupTime how long setting up a session may take
 * @param starting most sessions being set up per shard
 * @param authenticating most questions to RADIUS that a shard has open
 * @param framesPerSecond control frames of one line; its burst is twice that
 * @param interimsPerSecond most interim records per second of a shard; more wait for their moment
 * @param strays how many frames that belong to no session are answered
 * @param prefixes where IPv6 prefixes come from of which RADIUS says nothing
 */
record SessionSettings(
        String bngId,
        boolean radius,
        UserNameTemplate userName,
        Duration interim,
        Duration quarantine,
        RejectSettings rejects,
        Duration setupTime,
        int starting,
        int authenticating,
        int framesPerSecond,
        int interimsPerSecond,
        StraySettings strays,
        PrefixDefaults prefixes) {

    SessionSettings {
        if (starting < 1 || authenticating < 1 || framesPerSecond < 1 || interimsPerSecond < 1) {
            throw new IllegalArgumentException("The limits of sluice.session must be 1 or more");
        }
    }

    /**
     * The settings in a configuration.
     *
     * @param shards among which the limits per second are divided
     * @throws IllegalArgumentException naming the key that is wrong
     */
    static SessionSettings of(SessionConfig config, String bngId, int shards) {
        return new SessionSettings(
                bngId,
                isRadius(config.authentication()),
                new UserNameTemplate(config.user__name(), bngId, config.realm()),
                Duration.ofSeconds(config.interim__seconds()),
                Duration.ofSeconds(config.quarantine__seconds()),
                RejectSettings.of(config),
                Duration.ofSeconds(config.setup__seconds()),
                config.max__starting(),
                config.max__authenticating(),
                config.line__frames__per__second(),
                Math.max(1, config.interims__per__second() / shards),
                StraySettings.of(config, shards),
                PrefixDefaults.of(config));
    }

    private static boolean isRadius(String authentication) {
        return switch (authentication) {
            case "radius" -> true;
            case "none" -> false;
            default ->
                throw new IllegalArgumentException("authentication = " + authentication + ", expected radius or none");
        };
    }
}
