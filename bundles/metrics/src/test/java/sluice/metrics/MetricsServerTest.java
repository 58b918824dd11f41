package sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricFamily;

/** What a reader gets over HTTP. */
final class MetricsServerTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Metric ONE = MetricFamily.gauge("bng_state", "State").sample(1);

    private final Collector collector = new Collector();
    private final MetricsServer server = new MetricsServer(LOOPBACK, 0, collector);
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void end() {
        client.shutdownNow();
        server.close();
    }

    @Test
    void readerGetsWhatEverySourceSays() throws Exception {
        collector.add(() -> List.of(ONE));
        HttpResponse<String> answer = ask("GET", "/metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body()).isEqualTo("# HELP bng_state State\n# TYPE bng_state gauge\nbng_state 1\n");
    }

    @Test
    void nothingToSayIsAnEmptyAnswer() throws Exception {
        assertThat(ask("GET", "/metrics").statusCode()).isEqualTo(200);
        assertThat(ask("GET", "/metrics").body()).isEmpty();
    }

    @Test
    void aSourceWithADefectHidesNothingElseAndIsNamed() throws Exception {
        boolean[] broken = {true};
        collector.add(() -> {
            if (broken[0]) {
                throw new IllegalStateException("broken");
            }
            return List.of();
        });
        collector.add(() -> List.of(ONE));
        assertThat(ask("GET", "/metrics").body()).contains("bng_state 1");
        assertThat(collector.failing()).hasSize(1);
        broken[0] = false;
        assertThat(ask("GET", "/metrics").body()).contains("bng_state 1");
        assertThat(collector.failing()).isEmpty();
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        assertThat(ask("GET", "/").statusCode()).isEqualTo(404);
        assertThat(ask("GET", "/metrics/x").statusCode()).isEqualTo(404);
        assertThat(ask("HEAD", "/metrics").statusCode()).isEqualTo(200);
        HttpResponse<String> answer = ask("DELETE", "/metrics");
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).contains("GET, HEAD");
    }

    @Test
    void aPortThatIsTakenIsATrouble() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK);
                MetricsServer other = new MetricsServer(LOOPBACK, taken.getLocalPort(), collector)) {
            assertThat(other.trouble()).isNotEmpty();
            assertThat(other.address()).isEmpty();
        }
        assertThat(server.trouble()).isEmpty();
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        URI uri = URI.create("http://" + LOOPBACK.getHostAddress() + ":"
                + server.address().orElseThrow().getPort() + path);
        return client.send(
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
