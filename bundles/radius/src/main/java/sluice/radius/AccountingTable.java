package sluice.radius;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** How far accounting has come. */
@Component(service = Inspectable.class)
public final class AccountingTable implements Inspectable {

    private final RadiusAccounting accounting;

    /** A view of the accounting. */
    @Activate
    public AccountingTable(@Reference RadiusAccounting accounting) {
        this.accounting = accounting;
    }

    @Override
    public String name() {
        return "radius:accounting";
    }

    @Override
    public String description() {
        return "How far accounting has come in the event log";
    }

    @Override
    public Table table() {
        AccountingSender sender = accounting.sender();
        return new Table(
                List.of("State", "Delivered up to event", "Read and waiting", "On the way", "Lost to the log's bound"),
                List.of(List.of(
                        sender.isSilent() ? "no server answers" : "delivering",
                        Long.toString(accounting.reader().committed()),
                        Integer.toString(accounting.waiting()),
                        Integer.toString(sender.onTheWay()),
                        Long.toString(accounting.reader().lost()))));
    }

    @Override
    public List<String> complaints() {
        return accounting.sender().isSilent()
                ? List.of("No RADIUS server takes accounting. Records wait in the event log and are sent when one"
                        + " answers.")
                : List.of();
    }
}
