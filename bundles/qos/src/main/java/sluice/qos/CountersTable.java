package sluice.qos;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** How subscribers came to their policies. */
@Component(service = Inspectable.class)
public final class CountersTable implements Inspectable {

    private final PolicyCatalog catalog;

    /** A view of the catalog. */
    @Activate
    public CountersTable(@Reference PolicyCatalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public String name() {
        return "qos:counters";
    }

    @Override
    public String description() {
        return "How subscribers came to their policies";
    }

    @Override
    public Table table() {
        return catalog.counters().table();
    }
}
