/**
 * RADIUS on the wire (RFC 2865, 2866, 2868, 5176, 6929): packets, signatures, attributes, and dictionaries in the
 * format of FreeRADIUS. For whoever asks and whoever is asked.
 */
@Export
@Version("1.0.0")
@NullMarked
package sluice.radius.packet;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
