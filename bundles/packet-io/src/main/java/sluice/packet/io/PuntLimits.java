package sluice.packet.io;

import java.util.EnumMap;
import java.util.Map;

/**
 * How many frames the control plane is given.
 *
 * @param linePerSecond frames of one line in each class; 0 for no limit
 * @param classPerSecond frames of each class of all lines together; 0 for no limit
 */
public record PuntLimits(int linePerSecond, Map<PuntClass, Integer> classPerSecond) {

    public static final int MOST = 10_000_000;

    /** Of one line in one class: what a shared VLAN with some thousand subscribers needs to come back in seconds. */
    public static final int LINE_PER_SECOND = 1000;

    /** As shipped. */
    public static final PuntLimits DEFAULT = new PuntLimits(LINE_PER_SECOND, Map.of());

    /** Classes that are not named have their own default. */
    public PuntLimits {
        check(linePerSecond);
        Map<PuntClass, Integer> complete = new EnumMap<>(PuntClass.class);
        for (PuntClass one : PuntClass.values()) {
            int rate = classPerSecond.getOrDefault(one, one.framesPerSecond());
            check(rate);
            complete.put(one, rate);
        }
        classPerSecond = Map.copyOf(complete);
    }

    private static void check(int rate) {
        if (rate < 0 || rate > MOST) {
            throw new IllegalArgumentException("Rate of " + rate + " frames per second, expected 0.." + MOST);
        }
    }

    /** Frames of a class of all lines together; 0 for no limit. */
    public int perSecond(PuntClass one) {
        return classPerSecond.getOrDefault(one, one.framesPerSecond());
    }
}
