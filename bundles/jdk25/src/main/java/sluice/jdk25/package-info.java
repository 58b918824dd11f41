/**
 * Lets Karaf 4.4 run on JDK 24 and later, where the calls that ask for the current {@code Subject} through an access
 * control context always throw (JEP 486).
 *
 * <p>Exported because woven classes of Karaf call {@link sluice.jdk25.SubjectCalls}; nobody else may. They find it by
 * boot delegation, without asking the resolver: a class that cannot be found once is lost to its caller for good (JVMS
 * 5.4.3), and while Karaf provisions features the resolver can refuse for a moment.
 */
@Export
@Version("1.0.0")
@NullMarked
package sluice.jdk25;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
