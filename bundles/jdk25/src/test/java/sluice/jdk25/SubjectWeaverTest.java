package sluice.jdk25;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.security.AccessControlContext;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.security.ProtectionDomain;
import java.util.concurrent.Callable;
import javax.security.auth.Subject;
import javax.security.auth.SubjectDomainCombiner;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("removal")
public class SubjectWeaverTest {
    private static final Subject OPERATOR = new Subject();

    @Test
    void subjectOfTheContextIsSeenInsideTheAction() throws Exception {
        assertThat(woven(AsksInside.class).call()).isSameAs(OPERATOR);
    }

    @Test
    void subjectIsInheritedByThreadsThatTheActionStarts() throws Exception {
        assertThat(woven(AsksInAnotherThread.class).call()).isSameAs(OPERATOR);
    }

    @Test
    void subjectIsForgottenAfterTheAction() throws Exception {
        woven(AsksInside.class).call();
        assertThat(SubjectCalls.getSubject(null)).isNull();
    }

    @Test
    void checkedExceptionOfTheActionIsWrapped() throws Exception {
        Callable<?> woven = woven(Fails.class);
        assertThatExceptionOfType(PrivilegedActionException.class)
                .isThrownBy(woven::call)
                .withCauseInstanceOf(IOException.class);
    }

    @Test
    void classWithoutSuchCallsIsLeftAlone() throws IOException {
        byte[] bytes = bytesOf(SubjectWeaverTest.class.getName());
        assertThat(new ConstantPool(bytes).redirect(SubjectWeaver.CALLS, "some/Owner"))
                .isEmpty();
        assertThat(SubjectWeaver.redirect(bytesOf(ConstantPool.class.getName())))
                .isEmpty();
    }

    private static Callable<?> woven(Class<?> type) throws Exception {
        ClassLoader loader = new ClassLoader(SubjectWeaverTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                return name.startsWith(type.getName()) ? define(name) : super.loadClass(name, resolve);
            }

            private Class<?> define(String name) throws ClassNotFoundException {
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                try {
                    byte[] original = bytesOf(name);
                    byte[] bytes = SubjectWeaver.redirect(original).orElse(original);
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        };
        return (Callable<?>)
                loader.loadClass(type.getName()).getDeclaredConstructor().newInstance();
    }

    private static byte[] bytesOf(String className) throws IOException {
        String path = "/" + className.replace('.', '/') + ".class";
        try (InputStream in = SubjectWeaverTest.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IOException("No class file at " + path);
            }
            return in.readAllBytes();
        }
    }

    /** What Karaf compiles to. */
    public static AccessControlContext operatorContext() {
        return new AccessControlContext(
                new AccessControlContext(new ProtectionDomain[0]), new SubjectDomainCombiner(OPERATOR));
    }

    /** Asks who acts, inside an action. */
    public static final class AsksInside implements Callable<@Nullable Object> {
        /** For the test. */
        public AsksInside() {}

        @Override
        public @Nullable Object call() {
            PrivilegedAction<Subject> action = () -> Subject.getSubject(AccessController.getContext());
            return AccessController.doPrivileged(action, operatorContext());
        }
    }

    /** Asks who acts, in a thread that the action started. */
    public static final class AsksInAnotherThread implements Callable<@Nullable Object> {
        /** For the test. */
        public AsksInAnotherThread() {}

        @Override
        public @Nullable Object call() throws PrivilegedActionException {
            PrivilegedExceptionAction<@Nullable Subject> action = () -> {
                @Nullable Subject[] seen = new Subject[1];
                Thread child = new Thread(
                        () -> seen[0] = Subject.getSubject(AccessController.getContext()), "sluice-test-child");
                child.start();
                child.join();
                return seen[0];
            };
            return AccessController.doPrivileged(action, operatorContext());
        }
    }

    /** An action that fails. */
    public static final class Fails implements Callable<@Nullable Object> {
        /** For the test. */
        public Fails() {}

        @Override
        public @Nullable Object call() throws PrivilegedActionException {
            PrivilegedExceptionAction<Subject> action = () -> {
                throw new IOException("refused");
            };
            return AccessController.doPrivileged(action, operatorContext());
        }
    }
}
