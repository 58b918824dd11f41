package sluice.hardware;

import java.util.ArrayList;
import java.util.List;
import sluice.platform.api.HardwareProfile;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** What the machine was recognised as, for the operator. Never changes while the gateway runs. */
final class MachineTable implements Inspectable {
    private final Table table;

    MachineTable(HardwareProfile profile, Machine machine) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("profile", profile.name()));
        rows.add(List.of("bng_id", profile.bngId()));
        rows.add(List.of("nas_ip", profile.nasAddress().toString()));
        rows.add(List.of("access", String.join(", ", profile.access())));
        rows.add(List.of("core", String.join(", ", profile.core())));
        rows.add(List.of("memory", machine.memoryMebibytes() + " MiB"));
        for (Fact fact : Fact.values()) {
            if (!machine.values(fact).isEmpty()) {
                rows.add(List.of(fact.key(), String.join(", ", machine.values(fact))));
            }
        }
        table = new Table(List.of("Name", "Value"), rows);
    }

    @Override
    public String name() {
        return "hardware:machine";
    }

    @Override
    public String description() {
        return "What this machine is and who it is in the network";
    }

    @Override
    public Table table() {
        return table;
    }
}
