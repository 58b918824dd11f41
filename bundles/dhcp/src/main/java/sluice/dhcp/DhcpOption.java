package sluice.dhcp;

import java.time.Duration;
import java.util.List;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.WireWriter;

/**
 * An option of a DHCP message (RFC 2132). The code space is open: what has no record here is an {@link Unknown} and
 * survives.
 *
 * <pre>
 * +--------+--------+--------+--------+---
 * |  code  | length |  value, length bytes
 * +--------+--------+--------+--------+---
 * </pre>
 *
 * <p>A value longer than 255 bytes stands in several options of the same code (RFC 3396); here it is one option always.
 */
sealed interface DhcpOption permits DhcpOption.Known, RelayAgent, DomainSearch, ClasslessRoutes {
    int PAD = 0;
    int SUBNET_MASK = 1;
    int ROUTERS = 3;
    int DNS_SERVERS = 6;
    int HOST_NAME = 12;
    int DOMAIN_NAME = 15;
    int BROADCAST_ADDRESS = 28;
    int NTP_SERVERS = 42;
    int VENDOR_SPECIFIC = 43;
    int REQUESTED_ADDRESS = 50;
    int LEASE_TIME = 51;
    int OVERLOAD = 52;
    int MESSAGE_TYPE = 53;
    int SERVER_IDENTIFIER = 54;
    int PARAMETER_REQUEST_LIST = 55;
    int MESSAGE = 56;
    int MAXIMUM_SIZE = 57;
    int RENEWAL_TIME = 58;
    int REBINDING_TIME = 59;
    int VENDOR_CLASS = 60;
    int CLIENT_IDENTIFIER = 61;
    int RELAY_AGENT = 82;
    int DOMAIN_SEARCH = 119;
    int CLASSLESS_ROUTES = 121;
    int END = 255;

    /** 0..255. */
    int code();

    /** Writes the value without code and length. */
    void encodeValue(WireWriter out);

    /** The value without code and length. */
    default Bytes value() {
        WireWriter out = new WireWriter(32);
        encodeValue(out);
        return out.toBytes();
    }

    /** The options whose value is one field. */
    sealed interface Known extends DhcpOption {}

    /** Mask of the subscriber's network; stands before the routers. */
    record SubnetMask(Ip4 mask) implements Known {
        @Override
        public int code() {
            return SUBNET_MASK;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.ip4(mask);
        }
    }

    /** Default gateways, best first. */
    record Routers(List<Ip4> addresses) implements Known {
        public Routers {
            addresses = List.copyOf(addresses);
        }

        @Override
        public int code() {
            return ROUTERS;
        }

        @Override
        public void encodeValue(WireWriter out) {
            addresses.forEach(out::ip4);
        }
    }

    /** Name servers, best first. */
    record DnsServers(List<Ip4> addresses) implements Known {
        public DnsServers {
            addresses = List.copyOf(addresses);
        }

        @Override
        public int code() {
            return DNS_SERVERS;
        }

        @Override
        public void encodeValue(WireWriter out) {
            addresses.forEach(out::ip4);
        }
    }

    /** Name of the client, as it says or as it is told. */
    record HostName(Bytes text) implements Known {
        @Override
        public int code() {
            return HOST_NAME;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(text);
        }
    }

    /** Domain in which the client looks names up. */
    record DomainName(Bytes text) implements Known {
        @Override
        public int code() {
            return DOMAIN_NAME;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(text);
        }
    }

    /** Broadcast address of the subscriber's network. */
    record BroadcastAddress(Ip4 address) implements Known {
        @Override
        public int code() {
            return BROADCAST_ADDRESS;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.ip4(address);
        }
    }

    /** Time servers, best first. */
    record NtpServers(List<Ip4> addresses) implements Known {
        public NtpServers {
            addresses = List.copyOf(addresses);
        }

        @Override
        public int code() {
            return NTP_SERVERS;
        }

        @Override
        public void encodeValue(WireWriter out) {
            addresses.forEach(out::ip4);
        }
    }

    /** Whatever client and server of one vendor tell each other. */
    record VendorSpecific(Bytes data) implements Known {
        @Override
        public int code() {
            return VENDOR_SPECIFIC;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(data);
        }
    }

    /** The address that the client would like, or selects, or had. */
    record RequestedAddress(Ip4 address) implements Known {
        @Override
        public int code() {
            return REQUESTED_ADDRESS;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.ip4(address);
        }
    }

    /** How long the address is the client's; 2^32-1 seconds mean for ever. */
    record LeaseTime(Duration time) implements Known {
        public LeaseTime {
            checkSeconds(time);
        }

        @Override
        public int code() {
            return LEASE_TIME;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.u32(time.toSeconds());
        }
    }

    /** What the message is; the number space is open. */
    record MessageType(int type) implements Known {
        static final int DISCOVER = 1;
        static final int OFFER = 2;
        static final int REQUEST = 3;
        static final int DECLINE = 4;
        static final int ACK = 5;
        static final int NAK = 6;
        static final int RELEASE = 7;
        static final int INFORM = 8;

        public MessageType {
            if (type >>> 8 != 0) {
                throw new IllegalArgumentException("Message type " + type + ", expected 0..255");
            }
        }

        @Override
        public int code() {
            return MESSAGE_TYPE;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.u8(type);
        }
    }

    /** The server that is meant, or that speaks. */
    record ServerIdentifier(Ip4 address) implements Known {
        @Override
        public int code() {
            return SERVER_IDENTIFIER;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.ip4(address);
        }
    }

    /** Codes of the options that the client wants, in the order in which it wants them. */
    record ParameterRequestList(Bytes codes) implements Known {
        @Override
        public int code() {
            return PARAMETER_REQUEST_LIST;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(codes);
        }
    }

    /** Words for whoever reads the client's log. */
    record Message(Bytes text) implements Known {
        @Override
        public int code() {
            return MESSAGE;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(text);
        }
    }

    /** Longest message that the client takes, bytes with IP and UDP headers. */
    record MaximumSize(int bytes) implements Known {
        public MaximumSize {
            if (bytes >>> 16 != 0) {
                throw new IllegalArgumentException("Maximum size " + bytes + ", expected 0..65535");
            }
        }

        @Override
        public int code() {
            return MAXIMUM_SIZE;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.u16(bytes);
        }
    }

    /** T1, from the grant until the client asks this server again. */
    record RenewalTime(Duration time) implements Known {
        public RenewalTime {
            checkSeconds(time);
        }

        @Override
        public int code() {
            return RENEWAL_TIME;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.u32(time.toSeconds());
        }
    }

    /** T2, from the grant until the client asks any server. */
    record RebindingTime(Duration time) implements Known {
        public RebindingTime {
            checkSeconds(time);
        }

        @Override
        public int code() {
            return REBINDING_TIME;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.u32(time.toSeconds());
        }
    }

    /** Make and model of the client. */
    record VendorClass(Bytes data) implements Known {
        @Override
        public int code() {
            return VENDOR_CLASS;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(data);
        }
    }

    /** The client's own name for itself, echoed in every reply (RFC 6842). */
    record ClientIdentifier(Bytes data) implements Known {
        @Override
        public int code() {
            return CLIENT_IDENTIFIER;
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(data);
        }
    }

    /** Any other option, as it stands. */
    record Unknown(int code, Bytes data) implements Known {
        public Unknown {
            if (code <= PAD || code >= END || code == OVERLOAD) {
                throw new IllegalArgumentException("Option " + code + ", expected 1..254 and not 52");
            }
        }

        @Override
        public void encodeValue(WireWriter out) {
            out.bytes(data);
        }
    }

    private static void checkSeconds(Duration time) {
        if (time.isNegative() || time.toSeconds() > 0xffff_ffffL) {
            throw new IllegalArgumentException("Time " + time + ", expected 0..2^32-1 seconds");
        }
    }
}
