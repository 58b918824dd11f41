/**
 * Lets Karaf 4.4 run on JDK 24 and later, where the calls that ask for the current {@code Subject} through an access
 * control context always throw (JEP 486).
 *
 * <p>Exported because woven classes of Karaf call {@link sluice.jdk25.SubjectCalls}; nobody else may.
 */
@Export
@Version("1.0.0")
@NullMarked
package sluice.jdk25;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
