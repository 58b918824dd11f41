package sluice.coa;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** CoA and disconnect requests by kind and result, and what got no answer. */
@Component(service = Inspectable.class)
public final class CountersTable implements Inspectable {

    private final CoaListener listener;

    /** A view of the listener. */
    @Activate
    public CountersTable(@Reference CoaListener listener) {
        this.listener = listener;
    }

    @Override
    public String name() {
        return "coa:counters";
    }

    @Override
    public String description() {
        return "CoA and disconnect requests by kind and result, and what got no answer";
    }

    @Override
    public Table table() {
        return listener.reception().counters().table();
    }
}
