package sluice.dataplane.linux;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import sluice.packet.io.KernelException;

/**
 * nft(8), called by a thread of its own: a process has the network namespace of the thread that starts it, and this one
 * keeps that of its maker, whoever asks. Safe for any thread.
 */
final class RulesThread implements AutoCloseable {

    private final Tool nft;
    private final ExecutorService thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("sluice-dataplane-linux-rules").daemon().factory());

    /** @throws KernelException when nft(8) is not installed */
    RulesThread() throws KernelException {
        nft = Tool.named("nft");
        run("", "--version"); // a thread is made, and has the namespace of this one
    }

    /**
     * Waits for what nft(8) prints.
     *
     * @throws KernelException with what it complains of
     */
    String run(String input, String... arguments) throws KernelException {
        try {
            return thread.submit(() -> nft.run(input, arguments)).get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof KernelException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(failure.getCause());
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new KernelException("nft: interrupted", KernelException.EINTR);
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
