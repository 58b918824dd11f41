package sluice.session.api;

import sluice.dataplane.api.Policer;

/**
 * What a subscriber may use of the network.
 *
 * @param name shown and accounted
 * @param download towards the subscriber
 * @param upload from the subscriber
 */
public record Policy(String name, Policer download, Policer upload) {

    /** No limit. */
    public static final Policy UNLIMITED = new Policy("unlimited", Policer.UNLIMITED, Policer.UNLIMITED);
}
