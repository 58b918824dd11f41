package sluice.session.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.LeaseTerms;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/** Something a protocol wants done. Only the shard that owns the session does it. */
public sealed interface Effect {

    /**
     * Sends a frame. Behind {@link Open}, {@link Extend} or {@link Close} in the same list it leaves only when those
     * are durable; if they cannot be made durable it never leaves and {@link Outcome.NotDurable} comes.
     */
    record Send(Frame frame) implements Effect {}

    /**
     * Asks who the subscriber is. Answered by {@link Outcome.Accepted}, {@link Outcome.Rejected} or
     * {@link Outcome.Unanswered}, not in this turn. Asked about an open session, what is granted takes effect before
     * the answer comes; after a refusal it ends with {@link TerminateCause#REAUTHENTICATION_FAILURE} unless the
     * protocol ends it when it hears of that.
     *
     * @param userName by which the session is called from now on: in RADIUS, limits per user, events; empty: by the
     *     operator's template, made of the line. An open session keeps its name, and another one is rejected
     * @param attributes what the protocol knows beyond line and MAC, by names of RADIUS dictionaries (for example
     *     {@code DHCP-Hostname})
     * @param credentials the subscriber's own proof; empty where the line is the proof
     */
    record Authenticate(Optional<String> userName, Map<String, String> attributes, Optional<Credentials> credentials)
            implements Effect {
        public Authenticate {
            attributes = Map.copyOf(attributes);
            if (userName.isPresent() && userName.get().isEmpty()) {
                throw new IllegalArgumentException("A user name of no letters");
            }
        }

        /** Called by the operator's template. */
        public Authenticate(Map<String, String> attributes, Optional<Credentials> credentials) {
            this(Optional.empty(), attributes, credentials);
        }

        /** The line is the proof. */
        public Authenticate(Map<String, String> attributes) {
            this(Optional.empty(), attributes, Optional.empty());
        }
    }

    /**
     * Asks for an address and reserves it for the session. Answered in the same turn by {@link Outcome.AddressGranted}
     * or {@link Outcome.AddressRefused}; effects behind it in the list are not performed.
     *
     * @param requested what the subscriber would like
     * @param link network of the relay (giaddr or link selection), empty when the subscriber is on an access port
     */
    record RequestAddress(Optional<Ip4> requested, Optional<Ip4> link) implements Effect {}

    /** Gives back an address that is only reserved. */
    record ReleaseAddress() implements Effect {}

    /** Takes the session's address out of use for a time, because somebody else answers for it (RFC 2131, 4.3.3). */
    record Quarantine() implements Effect {}

    /**
     * Brings the session up: policy, data plane, store, event. Fails with {@link Outcome.OpenFailed}. The session needs
     * an authorization, and an address or an IPv6 prefix that was granted with it. Of an open session it changes what
     * is different by now, in place and with counters going on: an address that came later, another MRU, a network
     * protocol that has ended. An address that is given back so is free when that is durable.
     *
     * @param tags of the frames to the subscriber, outermost first
     * @param nextHop MAC address behind which the address is found: the device's, or that of the relay before it
     * @param lease until when the grant is good; the store keeps it. Empty: until the session ends
     * @param link of a PPPoE session, whose id is that of the session's key; empty with IPoE
     */
    record Open(List<VlanTag> tags, MacAddress nextHop, Optional<Duration> lease, Optional<PppLink> link)
            implements Effect {
        public Open {
            tags = List.copyOf(tags);
        }

        /** IPoE with a lease. */
        public Open(List<VlanTag> tags, MacAddress nextHop, Duration lease) {
            this(tags, nextHop, Optional.of(lease), Optional.empty());
        }

        /** PPPoE: whatever was granted is the session's until it ends. */
        public Open(List<VlanTag> tags, MacAddress nextHop, PppLink link) {
            this(tags, nextHop, Optional.empty(), Optional.of(link));
        }
    }

    /** The grant of an open session is good for another {@code lease} from now on. */
    record Extend(Duration lease) implements Effect {}

    /**
     * Lets the data plane answer this client from now on, until the session ends; behind {@link Open} or {@link Extend}
     * as soon as these are durable. Each answer moves {@link TimerName#LEASE} as an {@link Extend} with {@link Arm}
     * would. A data plane that cannot does nothing, and the protocol goes on getting the frames.
     */
    record Offload(LeaseTerms terms) implements Effect {}

    /** Ends the session: data plane, final counters, store, event. The address becomes free. */
    record Close(TerminateCause cause) implements Effect {}

    /**
     * Sets a timer, in place of one of the same name. Timers are frozen with the session, but no open session is
     * written to the store for a timer alone: after a kill it may be due as early as when the session was written last.
     */
    record Arm(TimerName timer, Duration after) implements Effect {}

    /** Takes a timer back; nothing happens when it is not armed. */
    record Disarm(TimerName timer) implements Effect {}
}
