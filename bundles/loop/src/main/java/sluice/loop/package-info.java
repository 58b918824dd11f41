/**
 * The single-writer kit: one thread owns the state, others hand it work through a bounded door.
 *
 * <p>A {@link sluice.loop.Loop} turns {@link sluice.loop.Agent}s on a thread of its own; an {@link sluice.loop.Inbox}
 * brings them work from other threads and rings the {@link sluice.loop.Bell} of the loop; a
 * {@link sluice.loop.TimerWheel} holds their deadlines. Time is an argument everywhere; it comes from the
 * {@link sluice.loop.MonotonicClock} of the loop.
 */
@Export
@Version("1.1.0")
@NullMarked
package sluice.loop;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
