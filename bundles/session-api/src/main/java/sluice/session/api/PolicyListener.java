package sluice.session.api;

import java.util.Set;

/**
 * Wants to know of policies that are different now; a service that a {@link PolicySource} calls. Safe for any thread;
 * never blocks.
 */
public interface PolicyListener {

    /**
     * These policies were made, changed or taken away, or a walled garden of theirs; {@link PolicySource} says already
     * what they are now.
     *
     * @param policies names, as authorizations give them; empty: perhaps all, the default for one
     */
    void changed(Set<String> policies);
}
