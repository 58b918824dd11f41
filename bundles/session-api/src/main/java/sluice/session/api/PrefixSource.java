package sluice.session.api;

import sluice.net.Ip6Prefix;

/**
 * Gives IPv6 prefixes from pools and never the same one, or a part of one, twice. Safe for any thread; never blocks.
 * Who has a prefix has it until {@link #release}.
 */
public interface PrefixSource {

    /** There are no pools: nothing is given, and nothing that was named is in one. */
    PrefixSource NONE = new PrefixSource() {
        @Override
        public PrefixAnswer allocate(PrefixRequest request) {
            return new PrefixAnswer.Refused(AddressRefusal.UNKNOWN_POOL);
        }

        @Override
        public boolean hold(SessionId session, SessionKey key, PrefixUse use, Ip6Prefix prefix) {
            return true;
        }

        @Override
        public void release(SessionId session, Ip6Prefix prefix) {
            // nobody holds anything
        }
    };

    /** Takes a prefix of the named pool for the session. */
    PrefixAnswer allocate(PrefixRequest request);

    /**
     * The session has this prefix, because RADIUS names it or the store says so: no pool gives it, or a part of it, to
     * anybody else. Nothing happens when it lies in no pool.
     *
     * @return false when another session has it or a part of it
     */
    boolean hold(SessionId session, SessionKey key, PrefixUse use, Ip6Prefix prefix);

    /** The session does not need the prefix any more; nothing happens when it does not hold it. */
    void release(SessionId session, Ip6Prefix prefix);

    /** Answer to the question for a prefix. */
    sealed interface PrefixAnswer {

        /** The session holds it. */
        record Granted(Ip6Prefix prefix) implements PrefixAnswer {}

        /** There is none. */
        record Refused(AddressRefusal reason) implements PrefixAnswer {}
    }
}
