package sluice.jdk25;

import java.security.AccessControlContext;
import java.security.PrivilegedAction;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import javax.security.auth.Subject;
import javax.security.auth.SubjectDomainCombiner;
import org.jspecify.annotations.Nullable;

/**
 * Stand-ins, of equal name and descriptor, for the JDK calls that bind a subject to an action and ask for it again.
 *
 * <p>The subject is inherited by threads that the action starts, as the access control context was: Karaf runs a
 * command in another thread than the one that logged in. Called on any thread.
 */
@SuppressWarnings("removal")
public final class SubjectCalls {
    private static final InheritableThreadLocal<@Nullable Subject> CURRENT = new InheritableThreadLocal<>();

    private SubjectCalls() {}

    /** Stands in for {@code Subject.getSubject}: who acts on this thread, or null when nobody logged in. */
    public static @Nullable Subject getSubject(@Nullable AccessControlContext context) {
        Subject bound = CURRENT.get();
        return bound != null ? bound : Subject.current();
    }

    /** Stands in for {@code AccessController.doPrivileged}: runs the action as the subject of the context. */
    public static @Nullable Object doPrivileged(PrivilegedAction<?> action, @Nullable AccessControlContext context) {
        Subject before = enter(context);
        try {
            return action.run();
        } finally {
            leave(before);
        }
    }

    /**
     * Stands in for {@code AccessController.doPrivileged}: runs the action as the subject of the context.
     *
     * @throws PrivilegedActionException around a checked exception of the action
     */
    public static @Nullable Object doPrivileged(
            PrivilegedExceptionAction<?> action, @Nullable AccessControlContext context)
            throws PrivilegedActionException {
        Subject before = enter(context);
        try {
            return action.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new PrivilegedActionException(e);
        } finally {
            leave(before);
        }
    }

    private static @Nullable Subject enter(@Nullable AccessControlContext context) {
        Subject before = CURRENT.get();
        CURRENT.set(
                context != null && context.getDomainCombiner() instanceof SubjectDomainCombiner combiner
                        ? combiner.getSubject()
                        : null);
        return before;
    }

    private static void leave(@Nullable Subject before) {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
    }
}
