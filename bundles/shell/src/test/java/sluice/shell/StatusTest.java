package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import sluice.net.Ip4;
import sluice.platform.api.CursorPosition;
import sluice.platform.api.EventLog;
import sluice.platform.api.EventReader;
import sluice.platform.api.HardwareProfile;
import sluice.platform.api.Inspectable;
import sluice.platform.api.LogSize;
import sluice.platform.api.Table;

final class StatusTest {

    private final FakeShell shell = new FakeShell(Status.class);
    private final FakeSessions engine = new FakeSessions();

    @Test
    void aHealthyApplianceFitsOneScreen() throws Exception {
        boot(new CursorPosition("radius", 7, 0, 0));
        engine.sessions.add(FakeSessions.bound(1));
        engine.sessions.add(FakeSessions.session(2, "selecting", ""));
        shell.offer(FakeTable.of("pools:list", "residential"));
        shell.offer(FakeTable.of("dhcp:counters", "not on this screen"));

        assertThat(shell.run("sluice:status"))
                .contains("bng-01, NAS address 10.0.0.1", "lab, access trunk0, core core0")
                .contains("1 bound, 1 selecting", "7 events, instance i-1", "Degraded   nothing", "residential")
                .doesNotContain("not on this screen");
        assertThat(shell.run("sluice:status").lines()).hasSizeLessThan(24);
    }

    @Test
    void whatIsMissingIsSaid() throws Exception {
        assertThat(shell.run("sluice:status"))
                .contains("DEGRADED   hardware: This machine is not recognised")
                .contains("DEGRADED   session: The session engine is not running.")
                .contains("DEGRADED   journal: The event log is not running");
    }

    @Test
    void everyOwnerOfATableIsHeard() throws Exception {
        boot(new CursorPosition("redis", 3, 4, 5));
        shell.appliance.bindInspectable(complaining("radius:servers", () -> List.of("r1 does not answer.")));

        assertThat(shell.run("sluice:status"))
                .contains("DEGRADED   radius:servers: r1 does not answer.")
                .contains(
                        "DEGRADED   journal: 5 events were taken away by the bound of the log before redis read them");
        assertThat(shell.run("sluice:status --json"))
                .contains("\"bng_id\":\"bng-01\"", "\"sessions\":0")
                .contains("{\"subject\":\"radius:servers\",\"sentence\":\"r1 does not answer.\"}");
    }

    @Test
    void anOwnerThatFailsDoesNotSilenceTheOthers() throws Exception {
        boot(new CursorPosition("redis", 3, 0, 0));
        shell.appliance.bindInspectable(complaining("pools:list", () -> {
            throw new IllegalStateException("gone");
        }));
        shell.appliance.bindInspectable(complaining("radius:servers", () -> List.of("r1 does not answer.")));

        assertThat(shell.run("sluice:status"))
                .contains("DEGRADED   pools:list: cannot say how it is", "DEGRADED   pools:list: cannot be shown")
                .contains("DEGRADED   radius:servers: r1 does not answer.");
    }

    /** A table that cannot be shown and has something to say. */
    private static Inspectable complaining(String name, Supplier<List<String>> complaints) {
        return new Inspectable() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public String description() {
                return "";
            }

            @Override
            public Table table() {
                throw new IllegalStateException("gone");
            }

            @Override
            public List<String> complaints() {
                return complaints.get();
            }
        };
    }

    private void boot(CursorPosition cursor) {
        shell.appliance.bindSessions(engine);
        shell.appliance.bindProfile(
                new HardwareProfile("lab", "bng-01", Ip4.parse("10.0.0.1"), List.of("trunk0"), List.of("core0")));
        shell.appliance.bindEventLog(new EventLog() {
            @Override
            public String instanceId() {
                return "i-1";
            }

            @Override
            public EventReader open(String reader) {
                throw new IllegalStateException("held");
            }

            @Override
            public long newest() {
                return 7;
            }

            @Override
            public LogSize size() {
                return new LogSize(7, 700, 1_000_000);
            }

            @Override
            public List<CursorPosition> cursors() {
                return List.of(cursor);
            }
        });
    }
}
