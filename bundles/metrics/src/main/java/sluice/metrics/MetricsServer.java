package sluice.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /metrics} over HTTP without asking who asks. As long as it cannot listen it tries again. Its
 * threads are named {@code sluice-metrics}, beside one of the JDK that waits for connections.
 */
final class MetricsServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

    private static final String PATH = "/metrics";
    /** Who sends his request slowly holds one. */
    private static final int THREADS = 3;

    private static final int BACKLOG = 16;
    private static final Duration REOPEN = Duration.ofSeconds(5);

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int BAD_METHOD = 405;
    private static final int NO_BODY = -1;

    private final InetSocketAddress local;
    private final Collector collector;
    private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(
            THREADS, Thread.ofPlatform().name("sluice-metrics").daemon().factory());
    private Optional<HttpServer> server = Optional.empty();
    private Optional<Future<?>> retry = Optional.empty();
    private boolean closed;
    private volatile String trouble = "";

    /** Listens as soon as it can. */
    MetricsServer(InetAddress address, int port, Collector collector) {
        this.local = new InetSocketAddress(address, port);
        this.collector = collector;
        open();
    }

    private synchronized void open() {
        if (closed) {
            return;
        }
        try {
            HttpServer opened = HttpServer.create(local, BACKLOG);
            opened.setExecutor(threads);
            opened.createContext("/", this::answer);
            opened.start();
            server = Optional.of(opened);
            trouble = "";
            LOG.info("Metrics are served at http:/{}{}", opened.getAddress(), PATH);
        } catch (IOException e) {
            if (trouble.isEmpty()) {
                trouble = String.valueOf(e.getMessage());
                LOG.error("Metrics cannot be served at {}: {}", local, trouble);
            }
            retry = Optional.of(threads.schedule(this::open, REOPEN.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(NOT_FOUND, NO_BODY);
                return;
            }
            switch (exchange.getRequestMethod()) {
                case "GET" -> {
                    byte[] body = TextFormat.write(collector.metrics()).getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", TextFormat.CONTENT_TYPE);
                    exchange.sendResponseHeaders(OK, body.length == 0 ? NO_BODY : body.length);
                    exchange.getResponseBody().write(body);
                }
                case "HEAD" -> {
                    exchange.getResponseHeaders().set("Content-Type", TextFormat.CONTENT_TYPE);
                    exchange.sendResponseHeaders(OK, NO_BODY);
                }
                default -> {
                    exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                    exchange.sendResponseHeaders(BAD_METHOD, NO_BODY);
                }
            }
        }
    }

    /** Where it listens; empty while it cannot. */
    synchronized Optional<InetSocketAddress> address() {
        return server.map(HttpServer::getAddress);
    }

    /** Why it does not listen; empty when it does. */
    String trouble() {
        return trouble;
    }

    /** Ends its threads. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            retry.ifPresent(waiting -> waiting.cancel(false));
            server.ifPresent(listening -> listening.stop(0));
            server = Optional.empty();
        }
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(REOPEN.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("A reader of metrics does not let go of its connection");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
