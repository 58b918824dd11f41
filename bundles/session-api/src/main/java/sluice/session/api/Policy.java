package sluice.session.api;

import java.util.List;
import java.util.OptionalInt;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.net.VlanTag;

/**
 * What a subscriber may use of the network.
 *
 * @param name shown and accounted
 * @param download towards the subscriber
 * @param upload from the subscriber
 * @param treatment what happens to packets besides, above all where they may go
 * @param priority 802.1p priority of frames to the subscriber, 0..7, in every tag; empty: as the treatment says. Only
 *     with a treatment that takes the priority of the tags
 */
public record Policy(String name, Policer download, Policer upload, Treatment treatment, OptionalInt priority) {

    /** No limit. */
    public static final Policy UNLIMITED = new Policy("unlimited", Policer.UNLIMITED, Policer.UNLIMITED);

    private static final int PRIORITY_MAX = 7;
    private static final int PRIORITY_SHIFT = 13;
    private static final int BELOW_PRIORITY = 0x1fff;

    public Policy {
        if (priority.isPresent() && (priority.getAsInt() < 0 || priority.getAsInt() > PRIORITY_MAX)) {
            throw new IllegalArgumentException("Priority " + priority.getAsInt() + ", expected 0..7");
        }
        if (priority.isPresent() && !treatment.priority()) {
            throw new IllegalArgumentException("Policy " + name + " has a priority that its treatment does not set");
        }
    }

    /** A policy that sets no priority of its own. */
    public Policy(String name, Policer download, Policer upload, Treatment treatment) {
        this(name, download, upload, treatment, OptionalInt.empty());
    }

    /** A policy of rates alone. */
    public Policy(String name, Policer download, Policer upload) {
        this(name, download, upload, Treatment.PLAIN);
    }

    /** The same with other rates. */
    public Policy withRates(Policer otherDownload, Policer otherUpload) {
        return new Policy(name, otherDownload, otherUpload, treatment, priority);
    }

    /** The same with another treatment. */
    public Policy withTreatment(Treatment other) {
        return new Policy(name, download, upload, other, priority);
    }

    /** Tags of a line as they stand in the data plane's entry of a subscriber with this policy. */
    public List<VlanTag> marked(List<VlanTag> tags) {
        if (priority.isEmpty()) {
            return tags;
        }
        int bits = priority.getAsInt() << PRIORITY_SHIFT;
        return tags.stream()
                .map(tag -> new VlanTag(tag.tpid(), tag.tci() & BELOW_PRIORITY | bits))
                .toList();
    }
}
