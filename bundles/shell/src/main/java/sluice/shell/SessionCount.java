package sluice.shell;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.platform.api.Table;
import sluice.session.api.SessionInfo;

/** {@code session:count}. */
@Service
@Command(scope = "session", name = "count", description = "Number of sessions, by protocol and state.")
public final class SessionCount extends ShellAction {

    private record Kind(String protocol, String state) implements Comparable<Kind> {
        @Override
        public int compareTo(Kind other) {
            int order = protocol.compareTo(other.protocol);
            return order != 0 ? order : state.compareTo(other.state);
        }
    }

    @Override
    void run() throws CommandException, InterruptedException {
        List<SessionInfo> all = sessions(any -> true);
        Map<Kind, Long> counts = all.stream()
                .collect(Collectors.groupingBy(
                        one -> new Kind(one.protocol(), one.state()), TreeMap::new, Collectors.counting()));
        List<List<String>> rows = counts.entrySet().stream()
                .map(count -> List.of(
                        count.getKey().protocol(),
                        count.getKey().state(),
                        count.getValue().toString()))
                .toList();
        if (json) {
            JsonWriter text = new JsonWriter().beginObject().name("data").beginArray();
            counts.forEach((kind, number) -> text.beginObject()
                    .field("protocol", kind.protocol())
                    .field("state", kind.state())
                    .field("sessions", number)
                    .endObject());
            out.println(text.endArray().field("count", all.size()).endObject());
        } else {
            new TablePrinter(out, 0).draw(new Table(List.of("Protocol", "State", "Sessions"), rows));
            out.println(all.size() + (all.size() == 1 ? " session" : " sessions"));
        }
    }
}
