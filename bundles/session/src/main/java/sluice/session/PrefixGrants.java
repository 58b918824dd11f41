package sluice.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Ip6Prefix;
import sluice.session.api.Addressing;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.PrefixRequest;
import sluice.session.api.PrefixSource;
import sluice.session.api.PrefixSource.PrefixAnswer;
import sluice.session.api.PrefixUse;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

/**
 * Takes the IPv6 prefixes of sessions from their pools, and gives them back. A prefix that RADIUS names goes before its
 * pool. A session whose pool has nothing goes on without that prefix: IPv4 does not depend on it.
 *
 * <p>What a pool gave stands in the session's authorization beside the name of the pool, and is frozen with it. A pool
 * that is not asked, because the prefix was named, is shown among the further attributes.
 */
final class PrefixGrants {

    private static final Logger LOG = LoggerFactory.getLogger(PrefixGrants.class);

    private final Surroundings with;

    PrefixGrants(Surroundings with) {
        this.with = with;
    }

    /** From now on a session that is being set up has this, with prefixes. */
    void authorize(Session session, Authorization wanted, AuthState known) {
        Authorization whole = take(session, wanted, true);
        session.authorization().ifPresent(had -> release(session, had, whole));
        session.authorize(whole, with.policies().policyOf(whole), known);
    }

    /**
     * What the session is to be authorized with: the prefixes of the pools that are named in it; those that RADIUS
     * names itself are held, so that no pool gives them away. What the session has beside that it keeps until it is
     * released.
     *
     * @param raw whether this is what RADIUS says: default pools count then, and a pool beside a named prefix is not
     *     asked; else it is what the session has, whose prefixes and pools belong together
     */
    Authorization take(Session session, Authorization wanted, boolean raw) {
        Addressing addressing = wanted.addressing();
        Map<String, List<String>> other = new HashMap<>(wanted.other());
        Optional<String> framedPool = addressing.framedPrefixPool();
        Optional<String> delegatedPool = addressing.delegatedPrefixPool();
        if (raw) {
            PrefixDefaults defaults = with.settings().prefixes();
            framedPool = addressing.framedPrefix().isPresent()
                    ? unasked(framedPool, other, "Framed-IPv6-Pool")
                    : framedPool.or(defaults::framed);
            delegatedPool = addressing.delegatedPrefix().isPresent()
                    ? unasked(delegatedPool, other, "Delegated-IPv6-Prefix-Pool")
                    : delegatedPool.or(defaults::delegated);
        }
        hold(session.id(), session.key(), addressing);
        Addressing whole = addressing
                .withPrefixPools(framedPool, delegatedPool)
                .withPrefixes(
                        prefix(session, PrefixUse.FRAMED, addressing.framedPrefix(), framedPool),
                        prefix(session, PrefixUse.DELEGATED, addressing.delegatedPrefix(), delegatedPool));
        return wanted.withAddressing(whole).withOther(other);
    }

    /** What the session has, with the prefixes that its pools did not have before; empty when nothing is new. */
    Optional<Authorization> missing(Session session) {
        return session.authorization().filter(PrefixGrants::isIncomplete).flatMap(now -> {
            Authorization whole = take(session, now, false);
            return whole.addressing().equals(now.addressing()) ? Optional.empty() : Optional.of(whole);
        });
    }

    private static boolean isIncomplete(Authorization authorization) {
        Addressing addressing = authorization.addressing();
        return addressing.framedPrefixPool().isPresent()
                        && addressing.framedPrefix().isEmpty()
                || addressing.delegatedPrefixPool().isPresent()
                        && addressing.delegatedPrefix().isEmpty();
    }

    /** The session has all that stands there; once more does no harm. */
    void hold(SessionId id, SessionKey key, Addressing addressing) {
        addressing.framedPrefix().ifPresent(prefix -> hold(id, key, PrefixUse.FRAMED, prefix));
        addressing.delegatedPrefix().ifPresent(prefix -> hold(id, key, PrefixUse.DELEGATED, prefix));
        addressing.routes6().forEach(prefix -> hold(id, key, PrefixUse.ROUTED, prefix));
    }

    /** Gives back everything that the session has. */
    void release(Session session) {
        session.authorization().ifPresent(had -> release(session, Entries.networks6(had.addressing())));
    }

    /** Gives back what the session has by one authorization and not by another. */
    void release(Session session, Authorization had, Authorization keeps) {
        List<Ip6Prefix> given = new ArrayList<>(Entries.networks6(had.addressing()));
        given.removeAll(Entries.networks6(keeps.addressing()));
        release(session, given);
    }

    private void release(Session session, Iterable<Ip6Prefix> prefixes) {
        prefixes.forEach(prefix -> source().release(session.id(), prefix));
    }

    private void hold(SessionId id, SessionKey key, PrefixUse use, Ip6Prefix prefix) {
        if (!source().hold(id, key, use, prefix)) {
            // the data plane refuses it as long as the other session has it
            with.counters().count(SessionCounter.PREFIX_IN_USE);
            LOG.debug("session={} line={} is to have {}, which another session has", id, key.line(), prefix);
        }
    }

    private Optional<Ip6Prefix> prefix(
            Session session, PrefixUse use, Optional<Ip6Prefix> named, Optional<String> pool) {
        return named.or(() -> pool.flatMap(name -> from(name, session, use)));
    }

    private Optional<Ip6Prefix> from(String pool, Session session, PrefixUse use) {
        return switch (source().allocate(new PrefixRequest(session.id(), session.key(), use, pool))) {
            case PrefixAnswer.Granted granted -> Optional.of(granted.prefix());
            case PrefixAnswer.Refused refused -> {
                with.counters().count(SessionCounter.PREFIX_REFUSED);
                LOG.debug("{} no {} prefix of pool {}: {}", session.tag(), use, pool, refused.reason());
                yield Optional.empty();
            }
        };
    }

    /** A prefix is named, so its pool is not asked. */
    private static Optional<String> unasked(Optional<String> pool, Map<String, List<String>> other, String attribute) {
        pool.ifPresent(name -> other.put(attribute, List.of(name)));
        return Optional.empty();
    }

    private PrefixSource source() {
        return with.addresses().prefixes();
    }
}
