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
        return "How far accounting has come in the event log, to the servers together and to each copy";
    }

    @Override
    public Table table() {
        return new Table(
                List.of(
                        "Reader",
                        "State",
                        "Delivered up to event",
                        "Read and waiting",
                        "On the way",
                        "Oldest, s",
                        "Of the log's bound, %",
                        "Set aside",
                        "Given up",
                        "Lost to the log's bound"),
                accounting.spools().stream().map(AccountingTable::row).toList());
    }

    private static List<String> row(AccountingSpool spool) {
        return List.of(
                spool.name(),
                spool.sender().isSilent() ? "no server answers" : "delivering",
                Long.toString(spool.reader().committed()),
                Integer.toString(spool.waiting()),
                Integer.toString(spool.sender().onTheWay()),
                Long.toString(spool.alarm().age().toSeconds()),
                Integer.toString(spool.alarm().share()),
                Integer.toString(spool.aside().size()),
                Long.toString(spool.counters().get(RadiusCounter.ACCOUNTING_GIVEN_UP)),
                Long.toString(spool.reader().lost()));
    }

    @Override
    public List<String> complaints() {
        return accounting.spools().stream()
                .filter(spool -> spool.sender().isSilent() || spool.alarm().isRaised())
                .map(spool -> (spool.sender().isSilent()
                                ? "No server takes accounting (" + spool.name() + "). "
                                : "Accounting (" + spool.name() + ") is late. ")
                        + "Records wait in the event log and are sent when one does; the oldest has waited for "
                        + spool.alarm().age().toSeconds() + " s, they take "
                        + spool.alarm().share() + " % of its bound.")
                .toList();
    }
}
