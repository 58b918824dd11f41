package sluice.dataplane.linux;

import java.util.Locale;

/**
 * The sets and maps that there always are. Most are looked up by the number of a subscriber, which is the mark of its
 * packets, so that both versions of IP share them. Their names and kinds outlive this process: a release must not
 * change their meaning.
 */
enum KernelSet {
    /** Every subscriber; the comment holds what was installed. */
    ENTRIES("set", "type mark;"),
    /** Prefixes and routes of a subscriber: number, address, length; IPv4 in the form of IPv6. */
    PREFIXES("set", "type mark . ipv6_addr . inet_proto;"),
    /** Those whose packets pass. */
    ONLINE("set", "type mark;"),
    /** Where those may send who may not send everywhere. */
    REACH_UP("map", "type mark : verdict;"),
    /** The same for what they receive. */
    REACH_DOWN("map", "type mark : verdict;"),
    /** Whose packets get another DSCP. */
    DSCP_UP("map", "type mark : verdict;"),
    /** The same for what they receive. */
    DSCP_DOWN("map", "type mark : verdict;"),
    /** Whose TCP segments are limited. */
    SEGMENTS("map", "type mark : verdict;"),
    /** A bucket for every subscriber whose upload is limited; found in it is who is over the rate. */
    UPLOAD_RATES("set", "type mark; limit rate over 1 mbytes/second;"),
    /** The same for download. */
    DOWNLOAD_RATES("set", "type mark; limit rate over 1 mbytes/second;"),
    /** The class of those whose upload is shaped, with what was offered to it. */
    UPLOAD_CLASSES("map", "type mark : classid; counter;"),
    /** The same for download. */
    DOWNLOAD_CLASSES("map", "type mark : classid; counter;"),
    /** Counts what former classes of the subscriber delivered. */
    UPLOAD_SENT("set", "type mark; counter;"),
    /** The same for download. */
    DOWNLOAD_SENT("set", "type mark; counter;"),
    /** Counts what former classes of the subscriber had no room for. */
    UPLOAD_LOST("set", "type mark; counter;"),
    /** The same for download. */
    DOWNLOAD_LOST("set", "type mark; counter;"),
    /** Counts what was delivered without a class. */
    UPLOAD("set", "type mark; counter;"),
    /** Counts what was delivered without a class. */
    DOWNLOAD("set", "type mark; counter;"),
    /** Counts the IPv6 in it. */
    UPLOAD6("set", "type mark; counter;"),
    /** Counts the IPv6 in it. */
    DOWNLOAD6("set", "type mark; counter;"),
    /** Counts what was over the rate. */
    UPLOAD_DROPPED("set", "type mark; counter;"),
    /** Counts what was over the rate. */
    DOWNLOAD_DROPPED("set", "type mark; counter;"),
    /** Counts packets that claimed the address from elsewhere. */
    SPOOFED("set", "type mark; counter;"),
    /** Counts what a block or a walled garden refused in both directions. */
    REFUSED("set", "type mark; counter;"),
    /** The tags of those who have any, as the mark of frames that leave. */
    LINES("map", "type mark : mark;"),
    /** The web servers that walled subscribers meant, by their own end of the connection. */
    PORTAL_FLOWS("map", "type ipv4_addr . inet_service : ipv4_addr; flags dynamic,timeout; timeout 1h; size 65536;"),
    /** The gateway addresses; the comment is the prefix of the network. */
    GATEWAYS("set", "type ipv4_addr;"),
    /** The gateway addresses again, for the table of ARP. */
    ARP_GATEWAYS("set", "type ipv4_addr;"),
    /** The tags of those who have any, by address, for answers to ARP. */
    ARP_LINES("map", "type ipv4_addr : mark;"),
    /** A bucket for everyone who asks. */
    ARP_RATES("set", "type iface_index . mark . ether_addr; flags dynamic,timeout; timeout 10s; size 65536;"),
    /** A bucket for every line with tags on which somebody asks. */
    ARP_LINE_RATES("set", "type iface_index . mark; flags dynamic,timeout; timeout 10s; size 65536;");

    private final String kind;
    private final String definition;

    KernelSet(String kind, String definition) {
        this.kind = kind;
        this.definition = definition;
    }

    /** For the elements. */
    SetName set() {
        return new SetName(isOfArp() ? SetName.ARP : SetName.INET, label());
    }

    private boolean isOfArp() {
        return name().startsWith("ARP");
    }

    private String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether its keys are numbers of subscribers alone. */
    boolean isOfSubscribers() {
        return definition.startsWith("type mark;") || definition.startsWith("type mark :");
    }

    /** An element for the operator: the set, and what it gives or lets pass. */
    String describe(Elements.Found element) {
        if (this == UPLOAD_RATES || this == DOWNLOAD_RATES) {
            return label() + " " + element.bytes() * Byte.SIZE + " bit/s";
        }
        if (definition.contains(": verdict")) {
            return label() + " " + element.data().toUtf8();
        }
        return definition.contains(": ") ? label() + " " + element.data().toHex() : label();
    }

    /** The command that makes it, for nft(8). */
    String command() {
        return "add " + kind + " " + (isOfArp() ? "arp " : "inet ") + Ruleset.TABLE + " " + label() + " { " + definition
                + " }";
    }
}
