package sluice.dataplane.linux;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The rules, as text for {@code nft -f -}. They never name a subscriber: who may do what is in the sets. Applied as one
 * transaction, which leaves sets that are there with their elements and counters, and replaces the rules without a gap.
 *
 * <p>A packet socket sees a frame before the rules do: what the control plane gets is dropped here without being
 * counted.
 *
 * <p>There is no connection tracking and so no short cut for what is established: every packet is looked up.
 */
final class Ruleset {

    /** Of the table, for IPv4; ARP and IPv6 have tables of the same name. */
    static final String TABLE = "sluice";

    private static final String RULES = """
        add table ip sluice
        add table arp sluice
        $sets
        add counter ip sluice unknown_source
        add counter ip sluice unknown_destination
        add counter ip sluice to_gateway
        add chain ip sluice arriving { type filter hook prerouting priority raw; policy accept; }
        add chain ip sluice local { type filter hook input priority filter; policy accept; }
        add chain ip sluice forwarded { type filter hook forward priority filter; policy accept; }
        add chain ip sluice proof
        add chain ip sluice gateway
        add chain ip sluice from_subscriber
        add chain ip sluice to_subscriber
        flush table ip sluice
        add rule ip sluice arriving iifname $access jump proof
        add rule ip sluice proof iif . ether saddr . ip saddr @lines return
        add rule ip sluice proof iif . ip saddr @loose_lines return
        add rule ip sluice proof ip saddr @logged ip saddr @spoofed return
        add rule ip sluice proof ip saddr @online ip saddr @spoofed drop
        add rule ip sluice proof ip saddr 0.0.0.0 udp dport 67 drop
        add rule ip sluice proof counter name unknown_source drop
        add rule ip sluice local iifname $access jump gateway
        add rule ip sluice gateway icmp type echo-request ip daddr @gateways accept
        add rule ip sluice gateway udp dport 67 drop
        add rule ip sluice gateway counter name to_gateway drop
        add rule ip sluice forwarded iifname $access jump from_subscriber
        add rule ip sluice forwarded oifname $access jump to_subscriber
        add rule ip sluice from_subscriber ip saddr @blocked ip saddr @refused drop
        add rule ip sluice from_subscriber ip saddr @upload_rates ip saddr @upload_dropped drop
        add rule ip sluice from_subscriber ip saddr @upload return
        add rule ip sluice from_subscriber drop
        add rule ip sluice to_subscriber ip daddr != @online counter name unknown_destination drop
        add rule ip sluice to_subscriber ip daddr @blocked ip daddr @refused drop
        add rule ip sluice to_subscriber ip daddr @download_rates ip daddr @download_dropped drop
        add rule ip sluice to_subscriber ip daddr @download return
        add rule ip sluice to_subscriber drop

        add chain arp sluice arriving { type filter hook input priority filter; policy accept; }
        flush chain arp sluice arriving
        add rule arp sluice arriving iifname $access arp operation request arp daddr ip @arp_gateways accept
        add rule arp sluice arriving iifname $access drop

        add table ip6 sluice
        add chain ip6 sluice arriving { type filter hook prerouting priority raw; policy accept; }
        add chain ip6 sluice forwarded { type filter hook forward priority filter; policy accept; }
        flush table ip6 sluice
        add rule ip6 sluice arriving iifname $access drop
        add rule ip6 sluice forwarded oifname $access drop
        """;

    private Ruleset() {}

    /** The rules for these access interfaces. */
    static String of(List<String> access) {
        String interfaces = access.stream().collect(Collectors.joining("\", \"", "{ \"", "\" }"));
        String sets = List.of(KernelSet.values()).stream()
                .map(set -> "add set " + set.familyName() + " " + TABLE + " " + set.label() + " { " + set.definition()
                        + " }")
                .collect(Collectors.joining("\n"));
        return RULES.replace("$access", interfaces).replace("$sets", sets);
    }
}
