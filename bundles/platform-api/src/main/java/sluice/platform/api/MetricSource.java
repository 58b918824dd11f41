package sluice.platform.api;

import java.util.List;

/**
 * Whoever has something that other systems watch; a service. Safe for any thread. Reads what was counted anyway: never
 * blocks and asks nobody, because it is called every few seconds.
 */
public interface MetricSource {

    /** The values as of now, in any order; no two of one family with the same labels. */
    List<Metric> metrics();
}
