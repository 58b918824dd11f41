package sluice.session;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.loop.Inbox;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionId;

/**
 * An operator who gives sessions other rates and has RADIUS asked again, and remembers what was done. Done is what must
 * be in the data plane from then on, whatever happens, until the next order.
 */
final class Orders {

    private static final long BURST = 100_000;

    private final Map<Long, Policer> done = new HashMap<>();
    private final Map<Long, Integer> open = new HashMap<>();
    private int successes;
    private int failures;

    /** Somebody gets something else. */
    @SuppressWarnings("FutureReturnValueIgnored") // it is heard on this thread, or never
    void give(RandomGenerator random, List<SubscriberEntry> entries, Inbox<Mail> inbox) {
        if (entries.isEmpty()) {
            return;
        }
        long session = entries.get(random.nextInt(entries.size())).session();
        boolean asks = random.nextInt(4) == 0;
        Policer rate = new Policer(1_000L * (1 + random.nextInt(1_000_000)), BURST);
        SessionId id = new SessionId(session);
        Command command = asks
                ? new Command.Reauthenticate(id)
                : new Command.Change(id, AuthorizationChange.toRates(Optional.of(rate), Optional.of(rate)));
        CompletableFuture<CommandResult> reply = new CompletableFuture<>();
        Mail.Commanded mail = new Mail.Commanded(command, reply);
        if (inbox.offer(mail.lane(), mail)) {
            open.merge(session, 1, Integer::sum);
            reply.thenAccept(result -> answered(session, asks ? Policer.UNLIMITED : rate, result));
        }
    }

    /** Nobody hears of the open orders any more: they may have been done or not. */
    void crash() {
        open.keySet().forEach(done::remove);
        open.clear();
    }

    int successes() {
        return successes;
    }

    int failures() {
        return failures;
    }

    /** The entries that are not as was said. */
    List<SubscriberEntry> broken(List<SubscriberEntry> entries) {
        LongPredicate settled = session -> !open.containsKey(session) && done.containsKey(session);
        return entries.stream()
                .filter(entry -> settled.test(entry.session()))
                .filter(entry -> !entry.download().equals(done.get(entry.session())))
                .toList();
    }

    private void answered(long session, Policer rate, CommandResult result) {
        open.computeIfPresent(session, (key, count) -> count == 1 ? null : count - 1);
        switch (result) {
            case DONE -> {
                successes++;
                done.put(session, rate);
            }
            case FAILED -> failures++;
            default -> {}
        }
    }
}
