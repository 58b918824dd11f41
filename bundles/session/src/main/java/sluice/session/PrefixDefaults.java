package sluice.session;

import java.util.Optional;

/**
 * Pools of subscribers of whom RADIUS says neither a prefix nor a pool.
 *
 * @param framed of the prefix of the link; empty: none
 * @param delegated of the delegated prefix; empty: none
 */
record PrefixDefaults(Optional<String> framed, Optional<String> delegated) {

    /** Who is not granted a prefix has none. */
    static final PrefixDefaults NONE = new PrefixDefaults(Optional.empty(), Optional.empty());

    static PrefixDefaults of(SessionConfig config) {
        return new PrefixDefaults(named(config.framed__ipv6__pool()), named(config.delegated__ipv6__prefix__pool()));
    }

    private static Optional<String> named(String pool) {
        return Optional.of(pool.strip()).filter(name -> !name.isEmpty());
    }
}
