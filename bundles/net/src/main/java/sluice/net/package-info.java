/**
 * Addresses, lines and frames: the values every bundle speaks in, and the codecs of the layers below the protocols.
 *
 * <p>Everything here is immutable and safe on any thread, except {@link sluice.net.WireReader} and
 * {@link sluice.net.WireWriter}, which belong to the method that made them. Decoders are total: any bytes give either a
 * value or a {@link sluice.net.MalformedPacket}, never another exception.
 */
@NullMarked
@Export
@Version("1.0.0")
package sluice.net;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
