package sluice.dataplane.api;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import sluice.net.Ip4;

/**
 * Answers DHCPv4 clients that have a lease: renewals, and whoever begins again. The data plane never refuses anybody;
 * what it does not answer is punted. It goes on while nobody speaks to it, so the owner of a lease asks {@link #read}
 * before it lets the lease expire.
 *
 * <p>Safe for any thread, but two threads must not change the same key at the same time. Calls take microseconds.
 */
public interface LeaseOffload {

    /** Of a data plane that leaves every answer to others. */
    LeaseOffload NONE = new LeaseOffload() {
        @Override
        public boolean put(LeaseKey key, long session, Ip4 address, LeaseTerms terms, Duration remaining) {
            return false;
        }

        @Override
        public Optional<OffloadedLease> read(LeaseKey key, long session) {
            return Optional.empty();
        }

        @Override
        public Optional<OffloadedLease> remove(LeaseKey key, long session) {
            return Optional.empty();
        }

        @Override
        public Map<LeaseKey, OffloadedLease> all() {
            return Map.of();
        }
    };

    /**
     * Answers from now on for a session that is open and whose grant is durable; in place of what was there for it.
     * Terms without relay keep the relay that was there: a renewal goes past the relay agent (RFC 2131, 4.4.5).
     *
     * @param remaining until the grant ends
     * @return false when requests of this lease stay punted: no room, too long an answer, another session has the key,
     *     or the operator does not want it
     */
    boolean put(LeaseKey key, long session, Ip4 address, LeaseTerms terms, Duration remaining);

    /** What became of the lease, empty when nothing is there for the session. */
    Optional<OffloadedLease> read(LeaseKey key, long session);

    /**
     * Answers no more. No answer is sent after this but those under way on another processor.
     *
     * @return the last reading, empty when nothing was there for the session
     */
    Optional<OffloadedLease> remove(LeaseKey key, long session);

    /** How often it answered; empty when it does not answer anybody, or cannot be read. Takes microseconds. */
    default Optional<LeaseAnswers> answers() {
        return Optional.empty();
    }

    /**
     * All there are, those of a predecessor too; they stay. An owner that begins does not know on what terms they
     * stand, and removes each when nothing that was granted depends on it any more.
     */
    Map<LeaseKey, OffloadedLease> all();
}
