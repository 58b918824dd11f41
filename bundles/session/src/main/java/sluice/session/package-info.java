/**
 * The session engine: shards that own the sessions, timers, opening and closing, recovery (provider of
 * {@code Sessions}).
 */
@NullMarked
package sluice.session;

import org.jspecify.annotations.NullMarked;
