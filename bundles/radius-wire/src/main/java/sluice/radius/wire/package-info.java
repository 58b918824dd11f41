/**
 * RADIUS as it stands on the wire, for those who ask and those who are told: packets, signatures, attributes,
 * dictionaries, and what the attributes that take effect mean (RFC 2865, 2869, 5176).
 */
@Export
@Version("1.0.0")
@NullMarked
package sluice.radius.wire;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
