package sluice.coa;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.CounterSet;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** The systems that may end and change sessions, and what they did. */
@Component(service = Inspectable.class)
public final class ClientsTable implements Inspectable {

    private static final List<String> COLUMNS =
            List.of("Client", "Hosts", "State", "May", "Requests", "Acknowledged", "Refused", "Repeated", "Unanswered");

    private final CoaListener listener;

    /** A view of the listener. */
    @Activate
    public ClientsTable(@Reference CoaListener listener) {
        this.listener = listener;
    }

    @Override
    public String name() {
        return "coa:clients";
    }

    @Override
    public String description() {
        return "Systems that may end and change sessions";
    }

    @Override
    public Table table() {
        List<List<String>> rows = new ArrayList<>();
        listener.clients().stream()
                .sorted(Comparator.comparing(CoaClient::name))
                .forEach(client -> rows.add(row(client)));
        return new Table(COLUMNS, rows);
    }

    @Override
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        if (!listener.trouble().isEmpty()) {
            complaints.add("CoA and disconnect requests cannot be heard: " + listener.trouble()
                    + ". See bind_address and port in etc/sluice.coa.cfg.");
        }
        for (CoaClient client : listener.clients()) {
            if (!client.trouble().isEmpty()) {
                complaints.add("CoA client " + client.name() + " is not heard: " + client.trouble());
            }
        }
        return complaints;
    }

    private List<String> row(CoaClient client) {
        Optional<ClientLink> link = client.settings().flatMap(this::link);
        if (link.isEmpty()) {
            return List.of(client.name(), client.hosts(), client.trouble(), "", "", "", "", "", "");
        }
        CounterSet<RequestCounter> counters = link.get().counters();
        return List.of(
                client.name(),
                client.hosts(),
                "heard",
                rights(link.get().settings()),
                Long.toString(counters.get(RequestCounter.REQUESTS)),
                Long.toString(counters.get(RequestCounter.DONE)),
                Long.toString(counters.get(RequestCounter.REFUSED)),
                Long.toString(counters.get(RequestCounter.REPEATED)),
                unanswered(link.get().silent()));
    }

    private Optional<ClientLink> link(ClientSettings settings) {
        return listener.reception().clients().stream()
                .filter(link -> link.settings().equals(settings))
                .findFirst();
    }

    private static String rights(ClientSettings settings) {
        StringJoiner text = new StringJoiner(", ");
        for (RequestKind kind : RequestKind.values()) {
            if (settings.may(kind)) {
                text.add(kind.toString());
            }
        }
        return text.toString();
    }

    private static String unanswered(CounterSet<Silence> silent) {
        StringJoiner text = new StringJoiner("; ");
        for (Silence reason : Silence.values()) {
            if (silent.get(reason) > 0) {
                text.add(reason.label() + ": " + silent.get(reason));
            }
        }
        return text.toString();
    }
}
