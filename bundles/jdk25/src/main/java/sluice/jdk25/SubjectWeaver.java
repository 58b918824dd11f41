package sluice.jdk25;

import java.util.Optional;
import java.util.Set;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.hooks.weaving.WovenClass;

/**
 * Points the three static JDK calls that JEP 486 disabled at {@link SubjectCalls}, in the classes of Karaf only.
 *
 * <p>Called on any thread that loads a class; holds no state.
 */
final class SubjectWeaver implements WeavingHook {
    private static final String CONTEXT = "Ljava/security/AccessControlContext;";
    private static final String STAND_IN = "sluice/jdk25/SubjectCalls";
    static final Set<String> CALLS = Set.of(
            "javax/security/auth/Subject.getSubject(" + CONTEXT + ")Ljavax/security/auth/Subject;",
            "java/security/AccessController.doPrivileged(Ljava/security/PrivilegedAction;" + CONTEXT
                    + ")Ljava/lang/Object;",
            "java/security/AccessController.doPrivileged(Ljava/security/PrivilegedExceptionAction;" + CONTEXT
                    + ")Ljava/lang/Object;");

    @Override
    public void weave(WovenClass woven) {
        if (!woven.getBundleWiring().getBundle().getSymbolicName().startsWith("org.apache.karaf.")) {
            return;
        }
        redirect(woven.getBytes()).ifPresent(woven::setBytes);
    }

    /** The class with its calls redirected, or nothing when it makes none of them. */
    static Optional<byte[]> redirect(byte[] classFile) {
        return ConstantPool.mentions(classFile, CONTEXT)
                ? new ConstantPool(classFile).redirect(CALLS, STAND_IN)
                : Optional.empty();
    }
}
