package sluice.dhcp;

import sluice.platform.api.Counter;

/**
 * What the DHCP server counts. Ids: 1 and up received, 20 sent, 40 decided, 60 refused before a session, 80 ignored.
 */
enum DhcpCounter implements Counter {
    DISCOVER(1, "DISCOVER received"),
    REQUEST_SELECTING(2, "REQUEST received, selecting an offer"),
    REQUEST_INIT_REBOOT(3, "REQUEST received, after a reboot"),
    REQUEST_RENEWING(4, "REQUEST received, renewing"),
    REQUEST_REBINDING(5, "REQUEST received, rebinding"),
    DECLINE(6, "DECLINE received"),
    RELEASE(7, "RELEASE received"),
    INFORM(8, "INFORM received"),

    OFFER(20, "OFFER sent"),
    ACK(21, "ACK sent"),
    NAK(22, "NAK sent"),
    ACK_INFORM(23, "ACK to an INFORM sent"),
    OPTIONS_LEFT_OUT(24, "Options left out because the client takes no larger message"),

    DENIED(40, "Subscribers denied by authentication"),
    UNANSWERED(41, "Subscribers whose authentication nobody answered"),
    NO_ADDRESS(42, "Subscribers for whom there was no address"),
    OFFER_EXPIRED(43, "Offers not taken in time"),
    OFFER_DECLINED(44, "Offers not taken because the client chose another server"),
    LEASE_EXPIRED(45, "Leases that ended without renewal"),
    OPEN_FAILED(46, "Sessions that could not be opened"),
    NOT_DURABLE(47, "Answers held back because the journal failed"),
    MOVED(48, "Leases ended because RADIUS granted another address"),

    MALFORMED(60, "Dropped: malformed frame, packet or datagram"),
    NOT_DHCP(61, "Dropped: no UDP to the DHCP server port"),
    FRAGMENT(62, "Dropped: fragment of an IP packet"),
    BAD_OPERATION(63, "Dropped: not a BOOTREQUEST"),
    BAD_HARDWARE(64, "Dropped: hardware address is not Ethernet"),
    BAD_STATION(65, "Dropped: hardware address is a group or zero"),
    NO_COOKIE(66, "Dropped: BOOTP without the DHCP magic cookie"),
    NO_MESSAGE_TYPE(67, "Dropped: no DHCP message type option"),
    BAD_OPTION(68, "Dropped: option with a wrong length or content"),
    RELAY_OPTION_REFUSED(69, "Dropped: option 82 from a subscriber"),
    NO_RELAY_OPTION(70, "Dropped: no option 82 where it is required"),

    UNKNOWN_TYPE(80, "Ignored: message type that no client sends"),
    WHILE_AUTHENTICATING(81, "Ignored: repeated while authentication runs"),
    OTHER_SERVER(83, "Ignored: meant for another server"),
    NO_RECORD(84, "Ignored: from a client of which there is no record"),
    WRONG_ADDRESS(85, "Ignored: about an address that is not the client's"),
    NO_REQUESTED_ADDRESS(86, "Ignored: REQUEST that names no address"),
    NO_IDENTITY(87, "Ignored: NAK due, but no server identifier is known"),
    NO_NETWORK(88, "Ignored: INFORM from an address in no network");

    private final int id;
    private final String label;

    DhcpCounter(int id, String label) {
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
}
