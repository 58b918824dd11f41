package sluice.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sluice.net.Ip6Prefix;
import sluice.session.api.AddressRefusal;
import sluice.session.api.PrefixRequest;
import sluice.session.api.PrefixSource;
import sluice.session.api.PrefixUse;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

/** Pools of a few prefixes, the first free one first; a session gets one of each pool. */
final class PooledPrefixes implements PrefixSource {

    final Map<String, List<Ip6Prefix>> pools = new HashMap<>();
    final Map<Ip6Prefix, SessionId> held = new TreeMap<>();

    @Override
    public PrefixAnswer allocate(PrefixRequest request) {
        List<Ip6Prefix> all = pools.get(request.pool());
        if (all == null) {
            return new PrefixAnswer.Refused(AddressRefusal.UNKNOWN_POOL);
        }
        return all.stream()
                .filter(prefix -> request.session().equals(held.get(prefix)))
                .findFirst()
                .or(() ->
                        all.stream().filter(prefix -> !held.containsKey(prefix)).findFirst())
                .<PrefixAnswer>map(prefix -> {
                    held.put(prefix, request.session());
                    return new PrefixAnswer.Granted(prefix);
                })
                .orElse(new PrefixAnswer.Refused(AddressRefusal.POOL_EXHAUSTED));
    }

    @Override
    public boolean hold(SessionId session, SessionKey key, PrefixUse use, Ip6Prefix prefix) {
        if (pools.values().stream().noneMatch(all -> all.contains(prefix))) {
            return true;
        }
        SessionId holder = held.putIfAbsent(prefix, session);
        return holder == null || holder.equals(session);
    }

    @Override
    public void release(SessionId session, Ip6Prefix prefix) {
        held.remove(prefix, session);
    }
}
