package sluice.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import sluice.dataplane.api.Treatment;
import sluice.session.api.Policy;

/** What a policy does to a subscriber's packets, in rows; what it leaves alone has none. */
final class PolicyRows {

    private PolicyRows() {}

    static List<List<String>> of(Policy policy, GardenNames gardens) {
        Treatment treatment = policy.treatment();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Policy", policy.name()));
        rows.add(List.of("Download limit", Amounts.rate(policy.download())));
        rows.add(List.of("Upload limit", Amounts.rate(policy.upload())));
        if (treatment.access() != Treatment.Access.OPEN) {
            rows.add(List.of("Access", gardens.access(treatment)));
        }
        add(rows, "DSCP down", treatment.dscpDown());
        add(rows, "DSCP up", treatment.dscpUp());
        add(rows, "Priority", policy.priority());
        if (treatment.identity() != Treatment.Identity.STRICT) {
            rows.add(List.of("Identity", treatment.identity().name().toLowerCase(Locale.ROOT)));
        }
        add(rows, "TCP segment", positive(treatment.maxSegmentSize()));
        add(rows, "MTU", positive(treatment.mtu()));
        return rows;
    }

    private static OptionalInt positive(int bytes) {
        return bytes == 0 ? OptionalInt.empty() : OptionalInt.of(bytes);
    }

    private static void add(List<List<String>> rows, String what, OptionalInt value) {
        value.ifPresent(number -> rows.add(List.of(what, Integer.toString(number))));
    }
}
