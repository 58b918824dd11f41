package sluice.coa;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** The last hundred CoA and disconnect requests with their answers. */
@Component(service = Inspectable.class)
public final class RequestsTable implements Inspectable {

    private final CoaListener listener;

    /** A view of the listener. */
    @Activate
    public RequestsTable(@Reference CoaListener listener) {
        this.listener = listener;
    }

    @Override
    public String name() {
        return "coa:requests";
    }

    @Override
    public String description() {
        return "The last hundred CoA and disconnect requests with their answers";
    }

    @Override
    public Table table() {
        return listener.reception().recent().table();
    }
}
