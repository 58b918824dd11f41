/** Small real implementations of the platform's services for tests; not deployed. */
@Export
@Version("1.0.0")
@NullMarked
package sluice.testkit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
