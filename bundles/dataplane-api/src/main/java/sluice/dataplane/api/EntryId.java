package sluice.dataplane.api;

import java.util.Objects;
import sluice.net.Ip4;

/**
 * What an entry is known by.
 *
 * @param address 0.0.0.0 of an entry without an IPv4 address
 */
public record EntryId(long session, Ip4 address) {

    /** Checks that it is complete. */
    public EntryId {
        Objects.requireNonNull(address, "address");
    }
}
