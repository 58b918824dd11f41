package sluice.radius;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** What the client counts over all servers. */
@Component(service = Inspectable.class)
public final class CountersTable implements Inspectable {

    private final RadiusClient client;

    /** A view of the client. */
    @Activate
    public CountersTable(@Reference RadiusClient client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "radius:counters";
    }

    @Override
    public String description() {
        return "What the RADIUS client counts over all servers";
    }

    @Override
    public Table table() {
        return client.counters().table();
    }
}
