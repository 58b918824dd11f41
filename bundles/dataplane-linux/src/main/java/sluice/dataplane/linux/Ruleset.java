package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import sluice.dataplane.linux.Width.Kind;
import sluice.packet.io.PuntClass;
import sluice.packet.io.PuntLimits;

/**
 * The rules, as text for {@code nft -f -}. They never name a subscriber: who may do what is in the sets. Applied as one
 * transaction, which leaves sets that are there with their elements and counters, and replaces the rules without a gap.
 * Chains of gardens are left as they are.
 *
 * <p>A packet's mark is its line when it arrives, the number of its subscriber from then on, and its line again when it
 * leaves on the access side.
 *
 * <p>A packet socket sees a frame before the rules do: what the control plane gets is dropped here without being
 * counted.
 *
 * <p>There is no connection tracking and so no short cut for what is established: every packet is looked up.
 *
 * @param widths lengths of prefixes that subscribers have
 */
record Ruleset(List<String> access, List<String> core, Shaping shaping, PuntLimits limits, SortedSet<Width> widths) {

    /** Of the tables, one for both versions of IP and one for ARP. */
    static final String TABLE = "sluice";

    private static final int DSCPS = 64;

    /** The first two tables are those of releases before both versions of IP had one. */
    private static final String TABLES = """
        add table ip sluice
        delete table ip sluice
        add table ip6 sluice
        delete table ip6 sluice
        add table inet sluice
        add table arp sluice
        $sets
        add counter inet sluice unknown_source
        add counter inet sluice unknown_destination
        add counter inet sluice to_gateway
        add counter arp sluice over_rate
        add counter arp sluice over_line
        add counter arp sluice over_class
        add chain inet sluice arriving { type filter hook prerouting priority raw; policy accept; }
        add chain inet sluice local { type filter hook input priority filter; policy accept; }
        add chain inet sluice forwarded { type filter hook forward priority filter; policy accept; }
        add chain inet sluice answering { type filter hook output priority raw; policy accept; }
        add chain inet sluice leaving { type filter hook postrouting priority raw; policy accept; }
        add chain arp sluice arriving { type filter hook input priority filter; policy accept; }
        add chain arp sluice leaving { type filter hook output priority filter; policy accept; }
        $chains
        """;

    private static final List<String> CHAINS = List.of(
            "arriving",
            "local",
            "forwarded",
            "answering",
            "leaving",
            "proof",
            "gateway",
            "from_subscriber",
            "to_subscriber",
            "shaped_up",
            "target",
            "tagging",
            "blocked",
            "portal_back");

    private static final String RULES = """
        add rule inet sluice arriving iifname $access jump proof
        add rule inet sluice arriving iifname $access meta mark vmap @reach_up
        $proof
        add rule inet sluice proof ip saddr 0.0.0.0 udp dport 67 drop
        add rule inet sluice proof ip6 saddr fe80::/10 drop
        add rule inet sluice proof ip6 saddr :: drop
        add rule inet sluice proof counter name unknown_source drop
        add rule inet sluice blocked meta mark @refused drop
        add rule inet sluice portal_back ip saddr set ip daddr . tcp dport map @portal_flows tcp sport set 80
        add rule inet sluice local iifname $access jump gateway
        add rule inet sluice gateway icmp type echo-request ip daddr @gateways accept
        add rule inet sluice gateway udp dport 67 drop
        add rule inet sluice gateway counter name to_gateway drop
        $target
        add rule inet sluice forwarded iifname $access jump from_subscriber
        add rule inet sluice forwarded oifname $access jump to_subscriber
        add rule inet sluice from_subscriber meta mark vmap @dscp_up
        add rule inet sluice from_subscriber tcp flags & (syn | rst) == syn meta mark vmap @segments
        $shaped_up
        add rule inet sluice from_subscriber meta mark @upload_rates meta mark @upload_dropped drop
        add rule inet sluice from_subscriber meta nfproto ipv6 meta mark @upload6
        add rule inet sluice from_subscriber meta mark @upload return
        add rule inet sluice from_subscriber drop
        add rule inet sluice to_subscriber meta mark set 0 jump target
        add rule inet sluice to_subscriber meta mark 0 counter name unknown_destination drop
        add rule inet sluice to_subscriber meta mark vmap @reach_down
        add rule inet sluice to_subscriber meta mark vmap @dscp_down
        add rule inet sluice to_subscriber tcp flags & (syn | rst) == syn meta mark vmap @segments
        $shaped_down
        add rule inet sluice to_subscriber meta mark @download_rates meta mark @download_dropped drop
        add rule inet sluice to_subscriber meta nfproto ipv6 meta mark @download6
        add rule inet sluice to_subscriber meta mark @download return
        add rule inet sluice to_subscriber drop
        add rule inet sluice answering oifname $access meta mark set 0 jump target
        add rule inet sluice leaving oifname $access jump tagging
        add rule inet sluice tagging meta mark set meta mark map @lines return
        add rule inet sluice tagging meta mark set 0

        flush chain arp sluice arriving
        flush chain arp sluice leaving
        add rule arp sluice arriving iifname $access arp operation != request drop
        add rule arp sluice arriving iifname $access arp daddr ip != @arp_gateways drop
        flush set arp sluice arp_line_rates
        $line_limit
        add rule arp sluice arriving iifname $access update @arp_rates $asker counter name over_rate drop
        $class_limit
        add rule arp sluice leaving oifname $access meta mark set 0
        add rule arp sluice leaving oifname $access meta mark set arp daddr ip map @arp_lines
        """;

    /** A class counts what it lets go, so what is shaped is not counted again; the kernel's queue then is its end. */
    private static final String SHAPED_UP = """
        add rule inet sluice from_subscriber oifname $core goto shaped_up
        add rule inet sluice shaped_up meta nfproto ipv6 meta mark @upload6
        add rule inet sluice shaped_up meta priority set meta mark map @upload_classes accept
        add rule inet sluice shaped_up meta mark @upload accept
        add rule inet sluice shaped_up drop\
        """;

    private static final String SHAPED_DOWN = """
        add rule inet sluice to_subscriber meta nfproto ipv6 meta mark @download_classes meta mark @download6
        add rule inet sluice to_subscriber meta priority set meta mark map @download_classes accept\
        """;

    private static final String ASKER =
            "{ iif . meta mark . arp saddr ether limit rate over 20/second burst 50 packets }";

    /** Without tags a line is the sender, which has its own bucket. Buckets hold one second of the rate. */
    private static final String LINE_LIMIT =
            "add rule arp sluice arriving iifname $access meta mark != 0 update @arp_line_rates { iif . meta mark"
                    + " limit rate over $rate/second burst $rate packets } counter name over_line drop";

    private static final String CLASS_LIMIT = "add rule arp sluice arriving iifname $access"
            + " limit rate over $rate/second burst $rate packets counter name over_class drop";

    /** All of them. */
    String text() {
        String sets = Arrays.stream(KernelSet.values()).map(KernelSet::command).collect(Collectors.joining("\n"));
        String lengths = widths.stream().map(Ruleset::maps).collect(Collectors.joining("\n"));
        String chains = CHAINS.stream()
                .map(chain -> "add chain inet sluice " + chain + "\nflush chain inet sluice " + chain)
                .collect(Collectors.joining("\n"));
        boolean shaped = shaping == Shaping.HTB;
        String rules = RULES.replace("$proof", proof())
                .replace("$target", each(width -> "target " + width.lookup(Kind.TO, "daddr") + " return"))
                .replace("$shaped_up\n", shaped ? SHAPED_UP + "\n" : "")
                .replace("$shaped_down\n", shaped ? SHAPED_DOWN + "\n" : "")
                .replace("$asker", ASKER)
                .replace("$line_limit", limit(LINE_LIMIT, limits.linePerSecond()))
                .replace("$class_limit", limit(CLASS_LIMIT, limits.perSecond(PuntClass.ARP)))
                .replace("$access", names(access))
                .replace("$core", names(core));
        return TABLES.replace("$sets", sets + "\n" + lengths).replace("$chains", chains) + rules + marks();
    }

    /** The same for other lengths of prefixes. */
    Ruleset withWidths(SortedSet<Width> others) {
        return new Ruleset(access, core, shaping, limits, others);
    }

    private static String limit(String rule, int perSecond) {
        return perSecond == 0 ? "" : rule.replace("$rate", Integer.toString(perSecond));
    }

    private static String maps(Width width) {
        return Arrays.stream(Kind.values())
                .map(kind -> "add map inet sluice " + width.map(kind).label() + " { " + width.definition(kind) + " }")
                .collect(Collectors.joining("\n"));
    }

    /** Who proves most comes first; the mark stays the line until a rule has found the subscriber. */
    private String proof() {
        return String.join(
                "\n",
                each(width -> "proof " + width.lookup(Kind.FROM, "saddr") + " return"),
                each(width -> "proof " + width.lookup(Kind.LOOSE, "saddr") + " return"),
                each(width -> "proof " + width.lookup(Kind.LOGGED, "saddr") + " meta mark @spoofed return"),
                each(width -> "proof " + width.lookup(Kind.TO, "saddr") + " meta mark @spoofed drop"));
    }

    private String each(Function<Width, String> rule) {
        return widths.stream()
                .map(width -> "add rule inet sluice " + rule.apply(width))
                .collect(Collectors.joining("\n"));
    }

    private static String marks() {
        List<String> commands = new ArrayList<>();
        for (int dscp = 0; dscp < DSCPS; dscp++) {
            String chain = "inet sluice dscp_" + dscp;
            commands.add("add chain " + chain);
            commands.add("flush chain " + chain);
            commands.add("add rule " + chain + " ip dscp set " + dscp + " return");
            commands.add("add rule " + chain + " ip6 dscp set " + dscp);
        }
        return String.join("\n", commands) + "\n";
    }

    private static String names(List<String> devices) {
        return devices.stream().collect(Collectors.joining("\", \"", "{ \"", "\" }"));
    }
}
