package sluice.dataplane.xdp;

import java.util.Optional;
import sluice.platform.api.Counter;

/** What became of a frame. The same as {@code enum verdict} of the programs, where the ids are indexes of counters. */
enum Verdict implements Counter {
    FORWARDED_UP(0, "forwarded to the core"),
    FORWARDED_DOWN(1, "forwarded to a subscriber"),
    PUNTED(2, "handed to the control plane"),
    ARP_ANSWERED(3, "ARP request for the gateway answered"),
    ECHO_ANSWERED(4, "echo to the gateway answered"),
    PASSED(5, "from the core, left to the kernel"),
    PUNT_UNHEARD(6, "for the control plane, which does not listen on XDP"),

    TRUNCATED_ETHERNET(16, "drop: ends in the Ethernet header"),
    TRUNCATED_VLAN(17, "drop: ends in a VLAN tag"),
    TRUNCATED_ARP(18, "drop: ends in the ARP message"),
    TRUNCATED_IP(19, "drop: shorter than its IP length"),
    TRUNCATED_UDP(20, "drop: ends in the UDP header"),
    TRUNCATED_ICMP(21, "drop: ends in the ICMP header"),
    BAD_VLAN_STACK(22, "drop: too many VLAN tags or wrong TPID"),
    BAD_SOURCE_MAC(23, "drop: source MAC is a group"),
    BAD_IP_VERSION(24, "drop: IP version is not that of the frame"),
    BAD_IP_HEADER_LENGTH(25, "drop: IP header length below 20"),
    BAD_IP_TOTAL_LENGTH(26, "drop: IP length below its header"),
    BAD_IP_CHECKSUM(27, "drop: IP header checksum wrong"),
    BAD_ARP(28, "drop: ARP message makes no sense"),
    BAD_DESTINATION(29, "drop: destination is nobody's"),

    NOT_FOR_US(40, "drop: destination MAC of another station"),
    ARP_NOT_GATEWAY(41, "drop: ARP for another address than the gateway"),
    TO_GATEWAY(42, "drop: to the gateway, neither DHCP nor echo"),
    UNKNOWN_PORT(43, "drop: port is not configured"),
    UNKNOWN_SOURCE(44, "drop: source address of no open session"),
    SPOOFED_LINE(45, "drop: source address of another line"),
    SPOOFED_MAC(46, "drop: source address of another MAC"),
    IPV6(47, "drop: IPv6, of an earlier release"),
    PPPOE(48, "drop: PPPoE, of an earlier release"),
    OTHER_PROTOCOL(49, "drop: protocol that is not served"),

    TTL_EXPIRED(60, "drop: time to live expired, its sender was not told"),
    POLICED_UP(61, "drop: upload over its rate"),
    POLICED_DOWN(62, "drop: download over its rate"),
    TOO_BIG(63, "drop: larger than the MTU, its sender was not told"),
    NO_NEXT_HOP(64, "drop: next hop in the core not resolved"),
    NO_HEADROOM(65, "drop: no room for tags"),
    ENTRY_BUSY(66, "drop: entry changed twice meanwhile"),
    NOT_CONFIGURED(67, "drop: data plane not configured"),

    LCP_ECHO_ANSWERED(70, "LCP echo of a PPPoE session answered"),
    FRAGMENTATION_NEEDED(71, "drop: larger than the MTU, its sender was told"),
    TIME_EXCEEDED(72, "drop: time to live expired, its sender was told"),
    TRUNCATED_PPPOE(73, "drop: shorter than its PPPoE length"),
    BAD_PPPOE(74, "drop: PPPoE version, type, code or session wrong"),
    BAD_PPP(75, "drop: PPP protocol compressed or impossible"),
    BAD_LCP(76, "drop: LCP length wrong"),
    UNKNOWN_PPPOE(77, "drop: PPPoE data of a stopped session, or of an address that is not its own"),
    SPOOFED_PPPOE(78, "drop: source address of another PPPoE session"),

    BAD_IP6_LENGTH(90, "drop: IPv6 jumbogram"),
    BAD_IP6_EXTENSION(91, "drop: IPv6 extension headers too many or too long"),
    BAD_IP6_SOURCE(92, "drop: IPv6 source is nobody's"),
    LINK_LOCAL(93, "drop: for the link alone, and no message that is served there"),
    BAD_ND(94, "drop: neighbour discovery from beyond the link or with a code"),
    ROGUE_ND(95, "drop: a subscriber plays the router"),

    LINE_DHCP(100, "drop: more DHCP than a line may send"),
    LINE_PPPOE(101, "drop: more PPPoE discovery than a line may send"),
    LINE_PPP(102, "drop: more PPP control than a line may send"),
    LINE_ND(103, "drop: more neighbour discovery than a line may send"),
    LINE_ARP(104, "drop: more ARP than a line may send"),
    LINE_OTHER(105, "drop: more for the control plane than a line may send"),
    CLASS_DHCP(106, "drop: more DHCP than all lines may send"),
    CLASS_PPPOE(107, "drop: more PPPoE discovery than all lines may send"),
    CLASS_PPP(108, "drop: more PPP control than all lines may send"),
    CLASS_ND(109, "drop: more neighbour discovery than all lines may send"),
    CLASS_ARP(110, "drop: more ARP than all lines may send"),
    CLASS_OTHER(111, "drop: more for the control plane than all lines may send"),
    BLOCKED_UP(112, "drop: from a blocked subscriber"),
    BLOCKED_DOWN(113, "drop: to a blocked subscriber"),
    WALLED_UP(114, "drop: to what a walled garden does not allow"),
    WALLED_DOWN(115, "drop: from what a walled garden does not allow"),

    FAST_OFFER(120, "DHCP DISCOVER of a known lease answered"),
    FAST_ACK(121, "DHCP REQUEST of a known lease answered"),
    FAST_UNUSUAL(122, "DHCP of a known lease to the control plane: unusual or malformed"),
    FAST_OTHER_TYPE(123, "DHCP of a known lease to the control plane: neither DISCOVER nor REQUEST"),
    FAST_EXPIRED(124, "DHCP of a known lease to the control plane: lease expired"),
    FAST_OTHER_SERVER(125, "DHCP of a known lease to the control plane: names another server"),
    FAST_OTHER_ADDRESS(126, "DHCP of a known lease to the control plane: names another address"),
    FAST_OTHER_RELAY(127, "DHCP of a known lease to the control plane: option 82 not as before"),
    FAST_OTHER_WISHES(128, "DHCP of a known lease to the control plane: asks for other parameters"),

    NO_TRANSLATION(130, "drop: has ports of a public address and nobody translates");

    /** How many counters the programs have. */
    static final int CAPACITY = 160;

    private static final String DROP = "drop: ";

    private final int id;
    private final String label;

    Verdict(int id, String label) {
        this.id = id;
        this.label = label;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }

    boolean isDrop() {
        return label.startsWith(DROP);
    }

    static Optional<Verdict> ofId(int id) {
        for (Verdict verdict : values()) {
            if (verdict.id == id) {
                return Optional.of(verdict);
            }
        }
        return Optional.empty();
    }
}
