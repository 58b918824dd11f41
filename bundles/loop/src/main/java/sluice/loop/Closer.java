package sluice.loop;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Collects what was acquired and closes it in reverse order, all of it, whatever fails.
 *
 * <p>The way of a component: what its constructor acquires goes in; {@code @Deactivate} closes. If the constructor
 * fails half-way, {@code throw closer.closeAfter(failure)} gives everything back first.
 *
 * <p><b>Threads.</b> Any; a resource that comes after the close is closed at once.
 */
public final class Closer implements AutoCloseable {
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private boolean closed;

    /**
     * Takes charge of the resource and returns it.
     *
     * @throws IllegalStateException if everything was closed before; then so is the resource
     */
    public <T extends AutoCloseable> T add(T resource) {
        synchronized (resources) {
            if (!closed) {
                resources.push(resource);
                return resource;
            }
        }
        IllegalStateException late = new IllegalStateException("closed before");
        closeOne(resource, late);
        throw late;
    }

    /**
     * Closes everything, the latest first; a second call does nothing.
     *
     * @throws RuntimeException the first failure, or a {@link CloseFailed} around it if it is a checked one; the others
     *     are suppressed in it
     */
    @Override
    public void close() {
        CloseFailed collected = new CloseFailed();
        closeAll(collected);
        Throwable[] failures = collected.getSuppressed();
        if (failures.length == 0) {
            return;
        }
        RuntimeException first =
                failures[0] instanceof RuntimeException unchecked ? unchecked : new CloseFailed(failures[0]);
        for (int i = 1; i < failures.length; i++) {
            addSuppressed(first, failures[i]);
        }
        throw first;
    }

    /** Closes everything because of this failure and returns it, with what failed on the way suppressed in it. */
    public <F extends Throwable> F closeAfter(F failure) {
        closeAll(failure);
        return failure;
    }

    private void closeAll(Throwable failures) {
        while (true) {
            AutoCloseable resource;
            synchronized (resources) {
                closed = true;
                if (resources.isEmpty()) {
                    return;
                }
                resource = resources.pop();
            }
            closeOne(resource, failures);
        }
    }

    private static void closeOne(AutoCloseable resource, Throwable failures) {
        try {
            resource.close();
        } catch (Throwable failure) { // whatever it is, the others have to be closed too
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            addSuppressed(failures, failure);
        }
    }

    private static void addSuppressed(Throwable failure, Throwable suppressed) {
        if (!failure.equals(suppressed)) {
            failure.addSuppressed(suppressed);
        }
    }

    /** A checked exception, or an error, of something that could not be closed. */
    public static final class CloseFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private CloseFailed() {}

        private CloseFailed(Throwable cause) {
            super("close failed: " + cause.getMessage(), cause);
        }
    }
}
