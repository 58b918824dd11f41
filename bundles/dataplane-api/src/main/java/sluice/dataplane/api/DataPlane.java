package sluice.dataplane.api;

import java.util.List;
import java.util.Optional;
import sluice.net.Ip4;

/**
 * Forwards the subscribers' packets without asking anybody. What was installed goes on while the control plane is away,
 * and is found again after a restart.
 *
 * <p>An entry is known by its session and its IPv4 address. One without such an address has 0.0.0.0 and is found by its
 * session; a session has at most one of these.
 *
 * <p>Safe for any thread, but two threads must not change the same entry at the same time. Calls take microseconds and
 * do not block; the first IPv6 prefix of a length that is not in use takes some milliseconds.
 */
public interface DataPlane {

    /**
     * Says which networks exist. Entries in networks that stay are untouched. A network that is missing in the list
     * goes when it has no entries. While it has some it becomes part of a wider one of the list, with its entries and
     * their counters, or stays as it is.
     *
     * @throws DataPlaneException when the capacity is reached or a prefix overlaps another
     */
    void networks(List<NetworkEntry> networks) throws DataPlaneException;

    /**
     * Says which walled gardens there are, in place of all before. They stay over restarts. A subscriber in a garden
     * that does not exist reaches nothing. Takes up to milliseconds.
     *
     * @throws DataPlaneException when there are too many rules, the kernel refuses, or this data plane has no gardens
     * @throws IllegalArgumentException when two have one id
     */
    default void gardens(List<Garden> gardens) throws DataPlaneException {
        if (!gardens.isEmpty()) {
            throw new DataPlaneException(DataPlaneException.Reason.UNSUPPORTED, "walled gardens");
        }
    }

    /**
     * Lets a subscriber's packets pass. When the same session is installed at this address already, its line and rates
     * are changed and its counters go on; the change is atomic for packets. IPv6 prefixes, routes and the PPPoE session
     * follow within microseconds; a prefix or route that this session holds at another address comes over.
     *
     * @throws DataPlaneException when another session holds the address, the PPPoE session, or a prefix or route that
     *     overlaps one of these; the capacity is reached; or the kernel refuses
     */
    void install(SubscriberEntry entry) throws DataPlaneException;

    /**
     * Stops a subscriber's packets and then reads the counters for the last time. The entry and its counters stay until
     * {@link #remove}, so that a crash between the two loses no count; {@link #install} of the same session lets its
     * packets pass again.
     *
     * @return empty when that session is not installed at that address
     */
    Optional<Traffic> stop(long session, Ip4 address) throws DataPlaneException;

    /**
     * Removes an entry, stopped or not, and its counters.
     *
     * @return the last reading, empty when that session is not installed at that address
     */
    Optional<Traffic> remove(long session, Ip4 address) throws DataPlaneException;

    /** The counters of a session, empty when it is not installed at that address. */
    Optional<Traffic> read(long session, Ip4 address);

    /**
     * The counters of some sessions, in their order, as {@link #read} gives them one by one. The kernel is asked for
     * many at once where asking costs something.
     */
    default List<Optional<Traffic>> readAll(List<EntryId> entries) {
        return entries.stream()
                .map(entry -> read(entry.session(), entry.address()))
                .toList();
    }

    /** All entries there are, stopped ones too, for reconciliation after a restart. */
    List<SubscriberEntry> entries();

    /** Who answers DHCP clients that have a lease; {@link LeaseOffload#NONE} when this data plane does not. */
    default LeaseOffload leases() {
        return LeaseOffload.NONE;
    }
}
