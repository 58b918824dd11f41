package sluice.session;

import java.util.concurrent.CompletableFuture;

/** Whether one shard is out of service, and who waits for its last session to go. Of one thread. */
final class Drain {

    private CompletableFuture<Integer> reply = CompletableFuture.completedFuture(0);
    private int sessions;
    private boolean draining;

    boolean isGoing() {
        return draining;
    }

    /**
     * The gateway serves nobody new. Of several who want that the last one waits for the last session; who began before
     * waits in vain, so that the end is told once.
     *
     * @param there how many sessions there are
     */
    void begin(int there, CompletableFuture<Integer> whoWaits) {
        reply.cancel(false);
        draining = true;
        sessions = there;
        reply = whoWaits;
    }

    /** The gateway serves again; whoever still waits for its last session waits in vain. */
    void end() {
        draining = false;
        reply.cancel(false);
    }

    /** @param left how many sessions are left */
    void went(int left) {
        if (draining && left == 0) {
            reply.complete(sessions);
        }
    }

    /** Nobody will wait until the last has gone. */
    void abandon() {
        reply.cancel(false);
    }
}
