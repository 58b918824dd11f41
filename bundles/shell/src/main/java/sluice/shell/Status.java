package sluice.shell;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;
import sluice.session.api.SessionInfo;

/** {@code sluice:status}. Works on half an appliance too: that is when it is needed. */
@Service
@Command(
        scope = "sluice",
        name = "status",
        description = "The appliance on one screen, and what is degraded. Exit code 0 also when something is.")
public final class Status extends ShellAction {

    /** Tables that belong on the screen, in this order. */
    private static final List<String> TABLES =
            List.of("pools:list", "radius:servers", "dataplane:status", "journal:cursors", "telemetry:sinks");

    /** Rows of one table; a table that is longer has a command. */
    private static final int ROWS = 6;

    @Override
    void run() throws InterruptedException {
        Duration uptime = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
        SessionSummary sessions = summary();
        List<Complaint> complaints = Complaint.all(appliance, sessions.missing());
        if (json) {
            writeJson(uptime, sessions, complaints);
        } else {
            printText(uptime, sessions, complaints);
        }
    }

    /** Sessions by state, or why they are not known. */
    private record SessionSummary(Map<String, Long> byState, String missing) {
        long total() {
            return byState.values().stream().mapToLong(Long::longValue).sum();
        }

        @Override
        public String toString() {
            return byState.isEmpty()
                    ? "none"
                    : byState.entrySet().stream()
                            .map(state -> state.getValue() + " " + state.getKey())
                            .collect(Collectors.joining(", "));
        }
    }

    private SessionSummary summary() throws InterruptedException {
        try {
            Map<String, Long> byState = sessions(any -> true).stream()
                    .collect(Collectors.groupingBy(SessionInfo::state, TreeMap::new, Collectors.counting()));
            return new SessionSummary(byState, "");
        } catch (CommandException e) {
            return new SessionSummary(Map.of(), e.getNiceHelp());
        }
    }

    private void printText(Duration uptime, SessionSummary sessions, List<Complaint> complaints) {
        appliance
                .profile()
                .ifPresentOrElse(
                        profile -> {
                            line("Gateway", profile.bngId() + ", NAS address " + profile.nasAddress());
                            line(
                                    "Profile",
                                    profile.name() + ", access " + String.join(" ", profile.access()) + ", core "
                                            + String.join(" ", profile.core()));
                        },
                        () -> line("Gateway", "not recognised yet"));
        line("Up", Amounts.duration(uptime));
        line("Sessions", sessions.missing().isEmpty() ? sessions.toString() : "not known");
        appliance
                .eventLog()
                .ifPresent(log -> line("Event log", log.newest() + " events, instance " + log.instanceId()));
        if (complaints.isEmpty()) {
            line("Degraded", "nothing");
        } else {
            complaints.forEach(one -> line("DEGRADED", Printable.of(one.subject() + ": " + one.sentence())));
        }
        for (String name : TABLES) {
            appliance.table(name).ifPresent(this::section);
        }
    }

    /** A table that fails is said to fail: the rest of the screen is needed all the more. */
    private void section(Inspectable inspectable) {
        Table table;
        try {
            table = inspectable.table();
        } catch (RuntimeException e) {
            line("DEGRADED", Printable.of(inspectable.name() + ": cannot be shown, " + e));
            return;
        }
        if (table.rows().isEmpty()) {
            return;
        }
        out.println();
        out.println(inspectable.name()
                + (table.rows().size() > ROWS
                        ? " (first " + ROWS + " of " + table.rows().size() + ")"
                        : ""));
        List<List<String>> rows = table.rows().stream().limit(ROWS).toList();
        new TablePrinter(out, options(0).width(session)).draw(new Table(table.columns(), rows));
    }

    private void line(String what, String value) {
        out.println(String.format("%-10s %s", what, value));
    }

    private void writeJson(Duration uptime, SessionSummary sessions, List<Complaint> complaints) {
        JsonWriter text = new JsonWriter().beginObject().name("data").beginObject();
        appliance.profile().ifPresent(profile -> {
            text.field("bng_id", profile.bngId());
            text.field("nas_ip", profile.nasAddress().toString());
            text.field("profile", profile.name());
        });
        appliance.eventLog().ifPresent(log -> {
            text.field("bng_instance_id", log.instanceId());
            text.field("events", log.newest());
        });
        text.field("uptime_seconds", uptime.toSeconds());
        if (sessions.missing().isEmpty()) {
            text.field("sessions", sessions.total()).name("sessions_by_state").beginObject();
            sessions.byState().forEach((state, count) -> text.name(state).value(count));
            text.endObject();
        }
        text.name("degraded").beginArray();
        complaints.forEach(one -> text.beginObject()
                .field("subject", one.subject())
                .field("sentence", one.sentence())
                .endObject());
        out.println(text.endArray().endObject().endObject());
    }
}
