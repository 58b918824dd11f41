/** Raw frames, system calls, sockets tied to interfaces: the C library, interfaces, packet sockets, the punt ports. */
@Export
@Version("1.0.0")
@NullMarked
package sluice.packet.io;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
