package sluice.radius;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the server for a request. A realm that servers name is theirs alone, also when they are silent; the others are
 * for everybody else, and accounting is for all. Those of the best priority that are up share the requests; one that is
 * down is tried with one request per dead time, and when there is no other. Belongs to the request loop.
 */
final class ServerChoice {

    private final Balance balance;
    private int turn;

    ServerChoice(Balance balance) {
        this.balance = balance;
    }

    /**
     * A server that was not asked yet and has room.
     *
     * @param links in the order of priority
     * @param now monotonic milliseconds
     */
    Optional<ServerLink> choose(List<ServerLink> links, Exchange exchange, long now) {
        List<ServerLink> up = new ArrayList<>(links.size());
        Optional<ServerLink> resort = Optional.empty();
        for (ServerLink link : group(links, exchange)) {
            if (!isAskable(link, exchange)) {
                continue;
            }
            if (!link.hasRoom()) {
                link.counters().count(LinkCounter.NO_ROOM);
                continue;
            }
            if (!up.isEmpty()
                    && link.server().priority() != up.getFirst().server().priority()) {
                break;
            }
            if (!link.health().isDown()) {
                up.add(link);
            } else if (link.health().takes(now)) {
                return Optional.of(link);
            } else if (resort.isEmpty()) {
                resort = Optional.of(link);
            }
        }
        return up.isEmpty() ? resort : Optional.of(balance.pick(up, turn++));
    }

    /** Whether a server that was not asked yet will have room, or will be connected, soon. */
    static boolean isWorthWaiting(List<ServerLink> links, Exchange exchange) {
        return group(links, exchange).stream()
                .anyMatch(link -> !exchange.hasTried(link) && (link.isOpen() ? !link.hasRoom() : link.isConnecting()));
    }

    /** Whether a server that was not asked yet has room. */
    static boolean isPossible(List<ServerLink> links, Exchange exchange) {
        return group(links, exchange).stream().anyMatch(link -> isAskable(link, exchange) && link.hasRoom());
    }

    private static boolean isAskable(ServerLink link, Exchange exchange) {
        return link.isOpen() && !exchange.hasTried(link);
    }

    /** The servers that may be asked this, in the order of priority. */
    static List<ServerLink> group(List<ServerLink> links, Exchange exchange) {
        RequestKind kind = kindOf(exchange);
        List<ServerLink> named = new ArrayList<>();
        List<ServerLink> others = new ArrayList<>(links.size());
        for (ServerLink link : links) {
            Set<String> realms = link.server().realms();
            if (link.kind() != kind) {
                continue;
            }
            if (kind == RequestKind.ACCOUNTING || realms.isEmpty()) {
                others.add(link);
            } else if (realms.contains(exchange.draft.realm())) {
                named.add(link);
            }
        }
        return named.isEmpty() ? others : named;
    }

    static RequestKind kindOf(Exchange exchange) {
        return exchange.draft.isAccounting() ? RequestKind.ACCOUNTING : RequestKind.ACCESS;
    }
}
