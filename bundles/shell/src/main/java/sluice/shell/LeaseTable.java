package sluice.shell;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import sluice.net.Ip4;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;
import sluice.session.api.SessionInfo;
import sluice.session.api.Sessions;

/**
 * {@code dhcp:leases}: sessions seen as leases. The DHCP server keeps nothing of its own (a lease is its session), so
 * the table is made of the sessions. Safe for any thread.
 */
@Component(service = Inspectable.class)
public final class LeaseTable implements Inspectable {

    private static final String PROTOCOL = "dhcp4";

    private final Engines engines = new Engines();
    private final InstantSource clock;

    @Activate
    public LeaseTable() {
        this(InstantSource.system());
    }

    LeaseTable(InstantSource clock) {
        this.clock = clock;
    }

    /** Not a constructor argument: the shell can be installed without an engine. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindSessions(Sessions engine) {
        engines.add(engine);
    }

    void unbindSessions(Sessions engine) {
        engines.remove(engine);
    }

    @Override
    public String name() {
        return "dhcp:leases";
    }

    @Override
    public String description() {
        return "DHCPv4 leases and reservations by address";
    }

    @Override
    public Table table() {
        Instant now = clock.instant();
        List<List<String>> rows = leases().stream()
                .sorted(Comparator.comparing(lease -> lease.address().orElse(Ip4.ANY)))
                .map(lease -> row(lease, now))
                .toList();
        return new Table(List.of("Address", "MAC", "Line", "State", "Ends", "Left", "Session"), rows);
    }

    private List<SessionInfo> leases() {
        return engines.list(
                one -> one.protocol().equals(PROTOCOL) && one.address().isPresent());
    }

    private static List<String> row(SessionInfo lease, Instant now) {
        return List.of(
                lease.address().map(Ip4::toString).orElse("-"),
                lease.key().mac().toString(),
                lease.key().line().toString(),
                lease.state(),
                lease.leaseEnds().map(Instant::toString).orElse("-"),
                lease.leaseEnds()
                        .map(end -> Amounts.duration(Duration.between(now, end)))
                        .orElse("-"),
                lease.id().toString());
    }
}
