package sluice.qos;

import java.util.LinkedHashMap;
import java.util.Map;
import sluice.dataplane.api.Policer;
import sluice.session.api.Policy;

/** The policies that every gateway knows. */
final class PolicyTable {

    private static final long KILO = 1_000;
    private static final long MEGA = 1_000_000;

    private PolicyTable() {}

    /** By name, in the order in which they are shown. */
    static Map<String, Policy> builtIn() {
        Map<String, Policy> table = new LinkedHashMap<>();
        put(table, service("residential-50mbps", 50, 10, 1 * MEGA));
        put(table, service("residential-100mbps", 100, 20, 2 * MEGA));
        put(table, service("residential-500mbps", 500, 50, 5 * MEGA));
        put(table, service("residential-1gbps", 1000, 100, 10 * MEGA));
        put(table, service("business-100mbps", 100, 100, 2 * MEGA));
        put(table, service("business-1gbps", 1000, 1000, 10 * MEGA));
        put(table, service("guest", 10, 5, 500 * KILO));
        put(table, Policy.UNLIMITED);
        put(table, plan("Bronze", 25_000, 10_000, 1_000, 500));
        put(table, plan("Silver", 100_000, 30_000, 3_000, 1_200));
        put(table, plan("Gold", 300_000, 100_000, 8_000, 3_000));
        return table;
    }

    /** The burst is that of the download; the upload has the same time at its own rate. */
    private static Policy service(String name, long downloadMbps, long uploadMbps, long burstBytes) {
        long uploadBits = uploadMbps * MEGA;
        long least = Policer.from(uploadBits).burstBytes();
        return new Policy(
                name,
                new Policer(downloadMbps * MEGA, burstBytes),
                new Policer(uploadBits, Math.max(burstBytes * uploadMbps / downloadMbps, least)));
    }

    /** Rates in kbit/s, bursts in kbit. */
    private static Policy plan(String name, long download, long upload, long downloadBurst, long uploadBurst) {
        return new Policy(
                name,
                new Policer(download * KILO, downloadBurst * KILO / 8),
                new Policer(upload * KILO, uploadBurst * KILO / 8));
    }

    private static void put(Map<String, Policy> table, Policy policy) {
        table.put(policy.name(), policy);
    }
}
