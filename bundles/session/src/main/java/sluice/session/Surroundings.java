package sluice.session;

import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.FrameSink;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Journal;
import sluice.session.api.AddressSource;
import sluice.session.api.Authenticator;
import sluice.session.api.PolicySource;

/**
 * The services and settings that every shard works with.
 *
 * @param authenticator empty while there is none
 * @param clock wall clock
 * @param alone for the time when no server answers
 * @param places of sessions, as far as they are limited
 * @param boot names the boot of the machine, in which the monotonic clock counts; empty: unknown
 */
record Surroundings(
        SessionSettings settings,
        DataPlane dataPlane,
        FrameSink sink,
        Journal journal,
        AddressSource addresses,
        PolicySource policies,
        Supplier<Optional<Authenticator>> authenticator,
        InstantSource clock,
        String boot,
        RandomGenerator random,
        SessionIds ids,
        CounterSet<SessionCounter> counters,
        Alone alone,
        SessionLimits.Places places) {}
