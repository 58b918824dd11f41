package sluice.session;

import sluice.platform.api.Store;

/**
 * What the shards share for the time when no server answers.
 *
 * @param store has what servers accepted before
 * @param profilesMax most acceptances that one shard remembers
 */
record Alone(OutageSettings settings, Outage outage, Realms realms, ShortLeases leases, Store store, int profilesMax) {}
