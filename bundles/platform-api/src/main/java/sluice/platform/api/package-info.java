/** What the appliance offers to every bundle: event log, store, secrets, hardware, tables, counters and metrics. */
@Export
@Version("1.2.0")
@NullMarked
package sluice.platform.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
