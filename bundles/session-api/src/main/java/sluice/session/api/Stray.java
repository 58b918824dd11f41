package sluice.session.api;

import java.util.Optional;

/**
 * A frame for which there is no session of its protocol, as seen by the shard that would own one.
 *
 * @param key whose frame it is
 * @param starting sessions that this gateway is setting up now, of all protocols
 * @param onLine sessions that the line holds, open or being set up
 * @param ofDevice sessions that the device holds, open or being set up; on other lines too as far as the gateway limits
 *     sessions per device
 * @param refusal why no session can begin now, in the operator's words: the gateway is being drained, the subscriber
 *     was rejected a moment ago, a limit is reached; empty when one can
 */
public record Stray(SessionKey key, int starting, int onLine, int ofDevice, Optional<String> refusal) {

    public Stray {
        if (starting < 0 || onLine < 0 || ofDevice < 0) {
            throw new IllegalArgumentException(
                    "Sessions " + starting + ", " + onLine + ", " + ofDevice + ", expected 0 or more");
        }
    }
}
