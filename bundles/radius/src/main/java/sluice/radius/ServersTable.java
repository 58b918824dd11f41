package sluice.radius;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** The servers, how they do and what they answered. */
@Component(service = Inspectable.class)
public final class ServersTable implements Inspectable {

    private static final List<String> COLUMNS = List.of(
            "Server",
            "Service",
            "Address",
            "Transport",
            "State",
            "In flight",
            "Requests",
            "Again",
            "Accepts",
            "Rejects",
            "Accounted",
            "Time-outs",
            "p50 ms",
            "p99 ms",
            "Status-Server",
            "Refused replies");

    private final RadiusClient client;

    /** A view of the client. */
    @Activate
    public ServersTable(@Reference RadiusClient client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "radius:servers";
    }

    @Override
    public String description() {
        return "RADIUS servers in the order in which they are asked";
    }

    @Override
    public Table table() {
        List<List<String>> rows = new ArrayList<>();
        for (ServerLink link : client.loop().links()) {
            rows.add(row(link));
        }
        for (RadiusServer server : client.servers()) {
            if (server.settings().isEmpty()) {
                List<String> row =
                        new ArrayList<>(List.of(server.name(), "", "", "", "not asked: " + server.trouble()));
                while (row.size() < COLUMNS.size()) {
                    row.add("");
                }
                rows.add(row);
            }
        }
        return new Table(COLUMNS, rows);
    }

    @Override
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        for (ServerLink link : client.loop().links()) {
            if (!link.state().equals("up")) {
                complaints.add(link + " is " + link.state() + ".");
            }
        }
        for (RadiusServer server : client.servers()) {
            if (server.settings().isEmpty()) {
                complaints.add("Server " + server.name() + " is not asked: " + server.trouble() + ".");
            }
        }
        if (client.servers().isEmpty()) {
            complaints.add("No RADIUS server is configured.");
        }
        return complaints;
    }

    private static List<String> row(ServerLink link) {
        CounterSet<LinkCounter> counters = link.counters();
        return List.of(
                link.server().name(),
                link.kind().toString(),
                link.server().address(link.kind()),
                link.server().tls().isPresent() ? "tls" : "udp",
                link.state(),
                Integer.toString(link.inFlight()),
                Long.toString(counters.get(LinkCounter.REQUESTS)),
                Long.toString(counters.get(LinkCounter.SENT_AGAIN)),
                Long.toString(counters.get(LinkCounter.ACCEPTS)),
                Long.toString(counters.get(LinkCounter.REJECTS)),
                Long.toString(counters.get(LinkCounter.ACCOUNTED)),
                Long.toString(counters.get(LinkCounter.TIME_OUTS)),
                millis(link.latency().percentile(0.5)),
                millis(link.latency().percentile(0.99)),
                counters.get(LinkCounter.STATUS_ANSWERED) + "/" + counters.get(LinkCounter.STATUS_SENT),
                refused(link.refusedReplies()));
    }

    private static String millis(long nanos) {
        return nanos == 0 ? "" : nanos / 1_000_000 + "." + nanos / 100_000 % 10;
    }

    private static String refused(CounterSet<RefusedReply> replies) {
        StringJoiner text = new StringJoiner("; ");
        for (RefusedReply reason : RefusedReply.values()) {
            if (replies.get(reason) > 0) {
                text.add(reason.label() + ": " + replies.get(reason));
            }
        }
        return text.toString();
    }
}
