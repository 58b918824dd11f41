package sluice.session;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows whether the gateway is left alone, and what is to be cleared up. */
final class OutageTable implements Inspectable {

    private final Outage outage;
    private final ShortLeases leases;
    private final Supplier<DegradedTally> tally;
    private final InstantSource clock;

    /** @param tally of all shards together */
    OutageTable(Outage outage, ShortLeases leases, Supplier<DegradedTally> tally, InstantSource clock) {
        this.outage = outage;
        this.leases = leases;
        this.tally = tally;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "session:degraded";
    }

    @Override
    public String description() {
        return "Whether RADIUS answers, and who is served or waits without its answer";
    }

    @Override
    public Table table() {
        Optional<Instant> since = outage.since();
        DegradedTally now = tally.get();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("State", since.isPresent() ? "degraded" : "normal"));
        rows.add(List.of("Degraded since", since.map(Instant::toString).orElse("-")));
        rows.add(List.of(
                "Degraded, seconds",
                since.map(begin -> Duration.between(begin, clock.instant()).toSeconds())
                        .map(seconds -> Long.toString(Math.max(0, seconds)))
                        .orElse("-")));
        rows.add(List.of("Sessions served as remembered", Integer.toString(now.cached())));
        rows.add(List.of("Sessions served by default", Integer.toString(now.byDefault())));
        rows.add(List.of("Re-authentications to do", Integer.toString(now.due())));
        rows.add(List.of("Subscribers without an answer yet", Integer.toString(now.waiting())));
        rows.add(List.of("Of these queued by their realm", Integer.toString(outage.queued())));
        rows.add(List.of("Acceptances remembered", Integer.toString(now.profiles())));
        List<String> networks = leases.networks();
        rows.add(List.of("Pools with short leases", networks.isEmpty() ? "-" : String.join(" ", networks)));
        return new Table(List.of("What", "Value"), rows);
    }

    @Override
    public List<String> complaints() {
        return outage.since()
                .map(begin -> List.of("No RADIUS server has answered since " + begin
                        + "; new subscribers are treated by radius_down. See radius:servers and session:degraded."))
                .orElse(List.of());
    }
}
