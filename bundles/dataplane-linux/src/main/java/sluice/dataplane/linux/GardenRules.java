package sluice.dataplane.linux;

import java.util.stream.Collectors;
import sluice.dataplane.api.Allowed;
import sluice.dataplane.api.Garden;

/**
 * The rules of a walled garden, for {@code nft -f -}: where a packet may go, and on its way back where it may come
 * from. The web of everybody else is shown the portal: another destination there, the meant source back. One rule for
 * each allowed destination, since the kernel's sets of ranges take none that overlap.
 */
final class GardenRules {

    private static final int PORT_MAX = 0xffff;

    /** $n is the garden. */
    private static final String CHAINS = """
        add chain inet sluice garden_$n_up
        add chain inet sluice garden_$n_down
        flush chain inet sluice garden_$n_up
        flush chain inet sluice garden_$n_down
        """;

    private static final String AT_PORTAL = """
        add rule inet sluice garden_$n_up ip daddr $portal tcp dport $port return
        add rule inet sluice garden_$n_down ip saddr $portal tcp sport $port goto portal_back
        """;

    private static final String TO_PORTAL = """
        add chain inet sluice portal_$n
        flush chain inet sluice portal_$n
        add rule inet sluice portal_$n tcp flags & syn == syn delete @portal_flows { ip saddr . tcp sport : ip daddr }
        add rule inet sluice portal_$n update @portal_flows { ip saddr . tcp sport : ip daddr }
        add rule inet sluice portal_$n ip daddr set $portal tcp dport set $port
        add rule inet sluice garden_$n_up ip frag-off & 0x3fff == 0 tcp dport 80 goto portal_$n
        """;

    private static final String REFUSED = """
        add rule inet sluice garden_$n_up meta mark @refused drop
        add rule inet sluice garden_$n_down meta mark @refused drop
        """;

    private GardenRules() {}

    /** One that nothing leads out of. */
    static String closed(int id) {
        return (CHAINS + REFUSED).replace("$n", Integer.toString(id));
    }

    /** One of the operator's. */
    static String of(Garden garden) {
        StringBuilder text = new StringBuilder(CHAINS);
        garden.portal().ifPresent(portal -> text.append(AT_PORTAL));
        text.append(garden.allowed().stream()
                .distinct()
                .map(one -> allowed(one, "up", "daddr", "dport") + allowed(one, "down", "saddr", "sport"))
                .collect(Collectors.joining()));
        garden.portal().ifPresent(portal -> text.append(TO_PORTAL));
        text.append(REFUSED);
        String rules = text.toString().replace("$n", Integer.toString(garden.id()));
        return garden.portal()
                .map(portal -> rules.replace("$portal", portal.address().toString())
                        .replace("$port", Integer.toString(portal.port())))
                .orElse(rules);
    }

    private static String allowed(Allowed one, String way, String end, String portEnd) {
        Family family = Family.of(one.destination());
        String rule = "add rule inet sluice garden_$n_" + way + " " + family.keyword() + " " + end + " "
                + new Addresses(one.destination());
        if (one.protocol() != Allowed.ANY) {
            rule += " meta l4proto " + one.protocol();
        }
        if (one.first() == 0 && one.last() == PORT_MAX) {
            return rule + " return\n";
        }
        String whole = rule + " th " + portEnd + " " + one.first() + "-" + one.last() + " return\n";
        // a later fragment has no ports, and is worth nothing without the first
        return family == Family.IP4 ? whole + rule + " ip frag-off & 0x1fff != 0 return\n" : whole;
    }
}
