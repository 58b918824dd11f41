/** The single-writer kit: bounded inboxes, a timer wheel, the duty cycle of a loop, and what is closed in reverse. */
@Export
@Version("1.0.0")
@NullMarked
package sluice.loop;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
