package sluice.session.api;

/**
 * Where a subscriber's packets may go, as RADIUS or the operator says; goes before what the policy says. A receiver
 * needs a {@code default} branch: kinds are added.
 */
public sealed interface Reach {

    /** Everywhere, also when the policy walls or blocks. */
    record Open() implements Reach {}

    /**
     * Into a walled garden only.
     *
     * @param garden name of the garden, as it is configured
     */
    record Walled(String garden) implements Reach {
        public Walled {
            if (garden.isBlank()) {
                throw new IllegalArgumentException("A walled garden needs a name");
            }
        }
    }

    /** Nowhere; the session stays. */
    record Blocked() implements Reach {}
}
