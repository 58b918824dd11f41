package sluice.radius;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** How servers of one priority share the requests. Belongs to the request loop. */
enum Balance {
    /** One after the other. */
    ROUND_ROBIN,
    /** The one that has the fewest requests to answer. */
    LEAST_OUTSTANDING,
    /** The first by name as long as it is up. */
    FIRST;

    /** @throws IllegalArgumentException when there is no such word */
    static Balance of(String word) {
        for (Balance balance : values()) {
            if (balance.name().toLowerCase(Locale.ROOT).equals(word)) {
                return balance;
            }
        }
        throw new IllegalArgumentException("balance=" + word + ", expected first, round_robin or least_outstanding");
    }

    /**
     * One of the candidates.
     *
     * @param candidates at least one, in their order
     * @param turn grows with every choice
     */
    ServerLink pick(List<ServerLink> candidates, int turn) {
        return switch (this) {
            case FIRST -> candidates.getFirst();
            case ROUND_ROBIN -> candidates.get(Math.floorMod(turn, candidates.size()));
            case LEAST_OUTSTANDING ->
                candidates.stream()
                        .min(Comparator.comparingInt(ServerLink::inFlight))
                        .orElseThrow();
        };
    }
}
