package sluice.qos;

import java.util.Locale;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.api.Treatment.Identity;

/**
 * What holds where a policy says nothing else, also for those built in.
 *
 * @param policy name of the policy of subscribers for whom no known one is named
 * @param mtu largest IP packet to a subscriber, bytes; 0: what the port carries
 * @param maxSegmentSize largest TCP segment that a SYN may offer, bytes; 0: made of the MTU, or no limit without one
 */
record PolicyDefaults(String policy, Identity identity, int mtu, int maxSegmentSize) {

    /** As shipped. */
    static final PolicyDefaults SHIPPED = new PolicyDefaults("unlimited", Identity.STRICT, 0, 0);

    private static final int MTU_MIN = 576;
    private static final int MTU_MAX = 0xffff;
    /** RFC 9293, 3.7.1: what a sender assumes without the option. Less would stop more than it helps. */
    private static final int SEGMENT_MIN = 536;

    private static final int HEADERS = 40;

    PolicyDefaults {
        if (policy.isBlank()) {
            throw new IllegalArgumentException("policy is empty, expected the name of a policy");
        }
        checkSizes(mtu, maxSegmentSize);
    }

    /** @throws IllegalArgumentException with the key that makes no sense */
    static PolicyDefaults of(PolicyCatalog.Config config) {
        return new PolicyDefaults(
                SettingsFile.read("policy", config::policy).trim(),
                identity(SettingsFile.read("identity", config::identity)),
                SettingsFile.read("mtu", config::mtu),
                SettingsFile.read("max_segment_size", config::max__segment__size));
    }

    /** What a policy with sizes of its own, 0 for none, does to TCP and to large packets. */
    Treatment sized(Treatment treatment, int ownMtu, int ownSegment) {
        int carried = ownMtu > 0 ? ownMtu : mtu;
        int fitting = carried > 0 ? carried - HEADERS : 0;
        int general = maxSegmentSize > 0 ? maxSegmentSize : fitting;
        int chosen = ownMtu > 0 ? fitting : general;
        return new Treatment(
                treatment.identity(),
                treatment.access(),
                treatment.garden(),
                treatment.dscpUp(),
                treatment.dscpDown(),
                treatment.priority(),
                ownSegment > 0 ? ownSegment : chosen,
                carried);
    }

    static void checkSizes(int mtu, int maxSegmentSize) {
        SettingsFile.zeroOrWithin("mtu", mtu, MTU_MIN, MTU_MAX);
        SettingsFile.zeroOrWithin("max_segment_size", maxSegmentSize, SEGMENT_MIN, MTU_MAX - HEADERS);
    }

    /** @throws IllegalArgumentException with the key */
    static Identity identity(String text) {
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "strict" -> Identity.STRICT;
            case "loose" -> Identity.LOOSE;
            case "log_only" -> Identity.LOG_ONLY;
            default ->
                throw new IllegalArgumentException("identity = " + text + ", expected strict, loose or log_only");
        };
    }
}
