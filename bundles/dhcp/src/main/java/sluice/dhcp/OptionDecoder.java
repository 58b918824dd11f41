package sluice.dhcp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;

/** Tells by its code what an option is. Total: a value is an option, known or not, or it is malformed. */
final class OptionDecoder {
    private OptionDecoder() {}

    /**
     * The option of that code.
     *
     * @throws MalformedPacket {@link DhcpFault#BAD_OPTION} when length or content is not what the RFC says
     */
    static DhcpOption decode(int code, Bytes value) throws MalformedPacket {
        return switch (code) {
            case DhcpOption.SUBNET_MASK -> new DhcpOption.SubnetMask(address(value)); // RFC 2132, 3.3
            case DhcpOption.ROUTERS -> new DhcpOption.Routers(addresses(value)); // 3.5
            case DhcpOption.DNS_SERVERS -> new DhcpOption.DnsServers(addresses(value)); // 3.8
            case DhcpOption.HOST_NAME -> new DhcpOption.HostName(value); // 3.14
            case DhcpOption.DOMAIN_NAME -> new DhcpOption.DomainName(value); // 3.17
            case DhcpOption.BROADCAST_ADDRESS -> new DhcpOption.BroadcastAddress(address(value)); // 5.3
            case DhcpOption.NTP_SERVERS -> new DhcpOption.NtpServers(addresses(value)); // 8.3
            case DhcpOption.VENDOR_SPECIFIC -> new DhcpOption.VendorSpecific(value); // 8.4
            case DhcpOption.REQUESTED_ADDRESS -> new DhcpOption.RequestedAddress(address(value)); // 9.1
            case DhcpOption.LEASE_TIME -> new DhcpOption.LeaseTime(seconds(value)); // 9.2
            case DhcpOption.MESSAGE_TYPE ->
                new DhcpOption.MessageType(fixed(value, 1).u8()); // 9.6
            case DhcpOption.SERVER_IDENTIFIER -> new DhcpOption.ServerIdentifier(address(value)); // 9.7
            case DhcpOption.PARAMETER_REQUEST_LIST -> new DhcpOption.ParameterRequestList(value); // 9.8
            case DhcpOption.MESSAGE -> new DhcpOption.Message(value); // 9.9
            case DhcpOption.MAXIMUM_SIZE ->
                new DhcpOption.MaximumSize(fixed(value, 2).u16()); // 9.10
            case DhcpOption.RENEWAL_TIME -> new DhcpOption.RenewalTime(seconds(value)); // 9.11
            case DhcpOption.REBINDING_TIME -> new DhcpOption.RebindingTime(seconds(value)); // 9.12
            case DhcpOption.VENDOR_CLASS -> new DhcpOption.VendorClass(value); // 9.13
            case DhcpOption.CLIENT_IDENTIFIER -> new DhcpOption.ClientIdentifier(value); // 9.14
            case DhcpOption.RELAY_AGENT -> RelayAgent.decode(value); // RFC 3046, 2.0
            case DhcpOption.DOMAIN_SEARCH -> DomainSearch.decode(value); // RFC 3397
            case DhcpOption.CLASSLESS_ROUTES -> ClasslessRoutes.decode(value); // RFC 3442
            default -> new DhcpOption.Unknown(code, value);
        };
    }

    private static WireReader fixed(Bytes value, int length) throws MalformedPacket {
        if (value.length() != length) {
            throw new MalformedPacket(DhcpFault.BAD_OPTION, 0);
        }
        return new WireReader(value);
    }

    private static Ip4 address(Bytes value) throws MalformedPacket {
        return fixed(value, Ip4.LENGTH).ip4();
    }

    private static Duration seconds(Bytes value) throws MalformedPacket {
        return Duration.ofSeconds(fixed(value, 4).u32());
    }

    private static List<Ip4> addresses(Bytes value) throws MalformedPacket {
        if (value.isEmpty() || value.length() % Ip4.LENGTH != 0) {
            throw new MalformedPacket(DhcpFault.BAD_OPTION, 0);
        }
        WireReader in = new WireReader(value);
        List<Ip4> addresses = new ArrayList<>(value.length() / Ip4.LENGTH);
        while (in.hasRemaining()) {
            addresses.add(in.ip4());
        }
        return addresses;
    }
}
