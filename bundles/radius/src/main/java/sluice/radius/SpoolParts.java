package sluice.radius;

import java.time.InstantSource;
import sluice.loop.MonotonicClock;
import sluice.platform.api.EventLog;
import sluice.platform.api.Journal;
import sluice.platform.api.Store;

/** What a spool works with. */
record SpoolParts(EventLog log, Journal journal, Store store, MonotonicClock clock, InstantSource wall) {}
