package sluice.dataplane.linux;

import java.util.Locale;

/**
 * The sets of the nftables table. Their names and kinds outlive this process: a release must not change their meaning.
 */
enum KernelSet {
    /** Every subscriber by address; the comment holds what was installed. */
    ENTRIES("type ipv4_addr;"),
    /** Where packets may come from: interface, MAC and address of those whose packets pass. */
    LINES("type iface_index . ether_addr . ipv4_addr;"),
    /** The same for those whose MAC does not matter. */
    LOOSE_LINES("type iface_index . ipv4_addr;"),
    /** The addresses of those whose packets pass from everywhere; what is spoofed is counted only. */
    LOGGED("type ipv4_addr;"),
    /** Where packets may go to: the addresses of those whose packets pass. */
    ONLINE("type ipv4_addr;"),
    /** The addresses of those online who may neither send nor receive. */
    BLOCKED("type ipv4_addr;"),
    /** A bucket for every subscriber whose upload is limited; found in it is who is over the rate. */
    UPLOAD_RATES("type ipv4_addr; limit rate over 1 mbytes/second;"),
    /** The same for download. */
    DOWNLOAD_RATES("type ipv4_addr; limit rate over 1 mbytes/second;"),
    /** Counts what was delivered. */
    UPLOAD("type ipv4_addr; counter;"),
    /** Counts what was delivered. */
    DOWNLOAD("type ipv4_addr; counter;"),
    /** Counts what was over the rate. */
    UPLOAD_DROPPED("type ipv4_addr; counter;"),
    /** Counts what was over the rate. */
    DOWNLOAD_DROPPED("type ipv4_addr; counter;"),
    /** Counts packets that claimed the address from elsewhere. */
    SPOOFED("type ipv4_addr; counter;"),
    /** Counts what a block refused in both directions. */
    REFUSED("type ipv4_addr; counter;"),
    /** The gateway addresses; the comment is the prefix of the network. */
    GATEWAYS("type ipv4_addr;"),
    /** The gateway addresses again, for the ARP table of the same name. */
    ARP_GATEWAYS("type ipv4_addr;");

    private static final int NFPROTO_IPV4 = 2;
    private static final int NFPROTO_ARP = 3;

    private final String definition;

    KernelSet(String definition) {
        this.definition = definition;
    }

    /** As in nft(8). */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The number of the table's family. */
    int family() {
        return this == ARP_GATEWAYS ? NFPROTO_ARP : NFPROTO_IPV4;
    }

    /** The table's family as in nft(8). */
    String familyName() {
        return this == ARP_GATEWAYS ? "arp" : "ip";
    }

    /** What is between the braces in nft(8). */
    String definition() {
        return definition;
    }
}
