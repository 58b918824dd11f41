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
 * {@code pppoe:sessions}: how far each PPPoE session is. The PPPoE server keeps nothing of its own, so the table is
 * made of the sessions. Safe for any thread.
 */
@Component(service = Inspectable.class)
public final class PppoeSessionTable implements Inspectable {

    private static final String PROTOCOL = "pppoe";

    private final Engines engines = new Engines();
    private final InstantSource clock;

    @Activate
    public PppoeSessionTable() {
        this(InstantSource.system());
    }

    PppoeSessionTable(InstantSource clock) {
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
        return "pppoe:sessions";
    }

    @Override
    public String description() {
        return "PPPoE sessions by line: lcp, authentication, network, open or terminating";
    }

    @Override
    public Table table() {
        Instant now = clock.instant();
        List<List<String>> rows = engines.list(session -> session.protocol().equals(PROTOCOL)).stream()
                .sorted(Comparator.comparing(
                                (SessionInfo session) -> session.key().line())
                        .thenComparing(session -> session.key().mac())
                        .thenComparingInt(session -> session.key().pppoeSession()))
                .map(session -> row(session, now))
                .toList();
        return new Table(
                List.of("Line", "MAC", "PPPoE", "User", "Stage", "Address", "Open", "Echoes", "Lost", "Session"), rows);
    }

    private static List<String> row(SessionInfo session, Instant now) {
        return List.of(
                session.key().line().toString(),
                session.key().mac().toString(),
                Integer.toString(session.key().pppoeSession()),
                session.userName(),
                session.state(),
                session.address().map(Ip4::toString).orElse("-"),
                session.opened()
                        .map(opened -> Amounts.duration(Duration.between(opened, now)))
                        .orElse("-"),
                session.details().getOrDefault("echo_answered", "-") + "/"
                        + session.details().getOrDefault("echo_sent", "-"),
                session.details().getOrDefault("echo_lost", "-"),
                session.id().toString());
    }
}
