package sluice.session;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.loop.Inbox;
import sluice.session.api.AddressGrant;
import sluice.session.api.SessionInfo;

/** Shows the sessions of one shard, some per turn. Belongs to the shard. */
final class SessionLister {

    private final SessionTable table;
    private final EffectPerformer performer;
    private final Offloads offloads;
    private final Inbox<Mail> inbox;

    SessionLister(SessionTable table, EffectPerformer performer, Offloads offloads, Inbox<Mail> inbox) {
        this.table = table;
        this.performer = performer;
        this.offloads = offloads;
        this.inbox = inbox;
    }

    /** Looks at the next sessions of the list; the rest goes round through the inbox. */
    void list(Mail.Listed mail, long now) {
        List<Long> ids = mail.ids().isEmpty() ? table.ids() : mail.ids();
        int to = Math.min(mail.from() + SessionShard.SWEEP_MAX, ids.size());
        for (long id : ids.subList(mail.from(), to)) {
            table.get(id)
                    .map(session -> info(session, now))
                    .filter(mail.filter())
                    .ifPresent(mail.found()::add);
        }
        Mail rest = new Mail.Listed(mail.filter(), ids, to, mail.found(), mail.reply());
        if (to == ids.size() || !inbox.offer(Mail.COMMANDS, rest)) {
            mail.reply().complete(List.copyOf(mail.found()));
        }
    }

    private SessionInfo info(Session session, long now) {
        offloads.catchUp(session, now);
        Map<String, Duration> left = new HashMap<>();
        session.timers()
                .forEach(timer ->
                        left.put(timer.name().value(), Duration.ofMillis(Math.max(0, timer.deadline() - now))));
        boolean opened = session.openedAt() != 0;
        return new SessionInfo(
                session.id(),
                session.key(),
                session.protocol(),
                session.describe(),
                session.userName(),
                session.authState(),
                session.authorization(),
                session.address().map(AddressGrant::address),
                session.address().map(grant -> grant.network().name()),
                session.authorization().isPresent() ? Optional.of(session.policy()) : Optional.empty(),
                opened ? Optional.of(Instant.ofEpochMilli(session.openedAt())) : Optional.empty(),
                opened ? Optional.of(Instant.ofEpochMilli(session.leaseEnds())) : Optional.empty(),
                left,
                performer.traffic(session),
                session.authorization().map(Attributes::of).orElse(List.of()));
    }
}
