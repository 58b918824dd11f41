package sluice.session.api;

import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;

/**
 * What a subscriber may use of the network.
 *
 * @param name shown and accounted
 * @param download towards the subscriber
 * @param upload from the subscriber
 * @param treatment what happens to packets besides, above all where they may go
 */
public record Policy(String name, Policer download, Policer upload, Treatment treatment) {

    /** No limit. */
    public static final Policy UNLIMITED = new Policy("unlimited", Policer.UNLIMITED, Policer.UNLIMITED);

    /** A policy of rates alone. */
    public Policy(String name, Policer download, Policer upload) {
        this(name, download, upload, Treatment.PLAIN);
    }
}
