package sluice.pppoe;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Metric;
import sluice.platform.api.MetricFamily;
import sluice.platform.api.MetricSource;

/** How far negotiations of PPPoE sessions came, and why links ended. */
@Component(service = MetricSource.class)
public final class PppoeMetrics implements MetricSource {

    private static final MetricFamily NEGOTIATIONS = MetricFamily.counter(
            "bng_pppoe_negotiations_total",
            "Stages of PPPoE sessions by result (discovery: offered, confirmed, refused, ignored, dropped; lcp,"
                    + " authentication, ipcp, ipv6cp: opened; authentication: refused, unanswered)",
            "stage",
            "result");

    private static final MetricFamily ENDS = MetricFamily.counter(
            "bng_pppoe_ended_total", "Ends of PPPoE sessions by reason, open ones and those being set up", "reason");

    private static final Map<String, Set<PppoeCounter>> DISCOVERY = Map.of(
            "offered", EnumSet.of(PppoeCounter.PADO),
            "confirmed", EnumSet.of(PppoeCounter.PADS),
            "refused",
                    EnumSet.of(
                            PppoeCounter.STALE_COOKIE,
                            PppoeCounter.WRONG_SERVICE,
                            PppoeCounter.PADR_REFUSED,
                            PppoeCounter.OCCUPIED),
            "ignored",
                    EnumSet.of(
                            PppoeCounter.OTHER_SERVICE,
                            PppoeCounter.PADI_REFUSED,
                            PppoeCounter.PADI_WHILE_FULL,
                            PppoeCounter.ANSWER_TOO_LONG,
                            PppoeCounter.FORGED_COOKIE,
                            PppoeCounter.PADT_UNKNOWN),
            "dropped", EnumSet.range(PppoeCounter.MALFORMED, PppoeCounter.NO_COOKIE));

    private static final Map<String, Set<LinkEnd>> AUTHENTICATION = Map.of(
            "refused", EnumSet.of(LinkEnd.AUTHENTICATION_FAILED, LinkEnd.REAUTHENTICATION_FAILED, LinkEnd.OTHER_USER),
            "unanswered", EnumSet.of(LinkEnd.AUTHENTICATION_UNANSWERED));

    private static final Map<String, LinkCounter> STAGES = Map.of(
            "lcp", LinkCounter.LCP_OPENED,
            "authentication", LinkCounter.AUTHENTICATED,
            "ipcp", LinkCounter.IPCP_OPENED,
            "ipv6cp", LinkCounter.IPV6CP_OPENED);

    private final PppoeCounters counters;

    /** A view of the counters. */
    @Activate
    public PppoeMetrics(@Reference PppoeCounters counters) {
        this.counters = counters;
    }

    @Override
    public List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        DISCOVERY.forEach((result, counted) -> metrics.add(
                NEGOTIATIONS.sample(counted.stream().mapToLong(counters::get).sum(), "discovery", result)));
        STAGES.forEach((stage, counted) -> metrics.add(NEGOTIATIONS.sample(counters.get(counted), stage, "opened")));
        AUTHENTICATION.forEach((result, counted) -> metrics.add(
                NEGOTIATIONS.sample(counted.stream().mapToLong(counters::get).sum(), "authentication", result)));
        for (SessionEnd end : SessionEnd.values()) {
            metrics.add(ENDS.sample(counters.get(end), end.id()));
        }
        for (LinkEnd end : LinkEnd.values()) {
            metrics.add(ENDS.sample(counters.get(end), end.id()));
        }
        return metrics;
    }
}
