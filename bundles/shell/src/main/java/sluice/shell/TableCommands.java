package sluice.shell;

import java.util.HashMap;
import java.util.Map;
import org.apache.karaf.shell.api.console.Registry;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.Inspectable;

/**
 * Gives every table a command of its own for as long as its bundle is there: who owns a table owns its command, without
 * knowing the shell. While a bundle is being replaced a table may be offered twice and still has one command.
 */
@Component(service = {})
public final class TableCommands {

    private static final Logger LOG = LoggerFactory.getLogger(TableCommands.class);

    /** A command and how many services of that name there are. */
    private record Registered(TableCommand command, int offers) {}

    private final Registry registry;
    private final Appliance appliance;
    private final Map<String, Registered> commands = new HashMap<>(); // guarded by this

    @Activate
    public TableCommands(@Reference SessionFactory shell, @Reference Appliance appliance) {
        this(shell.getRegistry(), appliance);
    }

    TableCommands(Registry registry, Appliance appliance) {
        this.registry = registry;
        this.appliance = appliance;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindTable(Inspectable table) {
        Registered known = commands.get(table.name());
        if (known != null) {
            commands.put(table.name(), new Registered(known.command(), known.offers() + 1));
            return;
        }
        try {
            TableCommand command = new TableCommand(appliance, table);
            registry.register(command);
            commands.put(table.name(), new Registered(command, 1));
        } catch (IllegalArgumentException e) {
            LOG.warn("No command for a table of {}: {}", table.getClass().getName(), e.getMessage());
        }
    }

    synchronized void unbindTable(Inspectable table) {
        Registered known = commands.get(table.name());
        if (known == null) {
            return;
        }
        if (known.offers() > 1) {
            commands.put(table.name(), new Registered(known.command(), known.offers() - 1));
        } else {
            commands.remove(table.name());
            registry.unregister(known.command());
        }
    }

    /** Takes all commands away. */
    @Deactivate
    synchronized void close() {
        commands.values().forEach(known -> registry.unregister(known.command()));
        commands.clear();
    }
}
