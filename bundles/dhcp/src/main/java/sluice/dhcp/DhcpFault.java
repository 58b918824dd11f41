package sluice.dhcp;

import sluice.net.MalformedPacket;

/** What makes a frame no DHCP request that can be answered. */
enum DhcpFault implements MalformedPacket.Reason {
    NOT_DHCP("not_dhcp", "no UDP to the DHCP server port", DhcpCounter.NOT_DHCP),
    FRAGMENT("fragment", "fragment of an IP packet", DhcpCounter.FRAGMENT),
    BAD_OPERATION("bad_operation", "not a BOOTREQUEST", DhcpCounter.BAD_OPERATION),
    BAD_HARDWARE("bad_hardware", "hardware address is not Ethernet", DhcpCounter.BAD_HARDWARE),
    BAD_STATION("bad_station", "hardware address is a group or zero", DhcpCounter.BAD_STATION),
    NO_COOKIE("no_cookie", "BOOTP without the DHCP magic cookie", DhcpCounter.NO_COOKIE),
    NO_MESSAGE_TYPE("no_message_type", "no DHCP message type option", DhcpCounter.NO_MESSAGE_TYPE),
    BAD_OPTION("bad_option", "option with a wrong length or content", DhcpCounter.BAD_OPTION),
    RELAY_OPTION_REFUSED("relay_option_refused", "option 82 from a subscriber", DhcpCounter.RELAY_OPTION_REFUSED),
    NO_RELAY_OPTION("no_relay_option", "no option 82 where it is required", DhcpCounter.NO_RELAY_OPTION);

    private final String id;
    private final String label;
    private final DhcpCounter counter;

    DhcpFault(String id, String label, DhcpCounter counter) {
        this.id = id;
        this.label = label;
        this.counter = counter;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }

    /** What counts this reason, and every other one as a malformed frame. */
    static DhcpCounter counterOf(MalformedPacket packet) {
        return packet.reason() instanceof DhcpFault fault ? fault.counter : DhcpCounter.MALFORMED;
    }
}
