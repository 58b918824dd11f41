/** The contract between those who decide and the data plane that forwards. */
@Export
@Version("3.0.0")
@NullMarked
package sluice.dataplane.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
