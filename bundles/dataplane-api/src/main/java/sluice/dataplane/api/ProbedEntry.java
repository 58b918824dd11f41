package sluice.dataplane.api;

import java.util.List;

/**
 * A subscriber's entry with what stands beside it.
 *
 * @param open false when it was stopped
 * @param details what only this data plane has, in its own words and order
 */
public record ProbedEntry(SubscriberEntry entry, boolean open, Traffic traffic, List<Detail> details) {

    public ProbedEntry {
        details = List.copyOf(details);
    }

    /** One thing for the operator to read. */
    public record Detail(String name, String value) {}
}
