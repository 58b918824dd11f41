package sluice.dhcp;

import java.util.Map;
import java.util.TreeMap;
import sluice.dhcp.DhcpOption.ClientIdentifier;
import sluice.dhcp.DhcpOption.HostName;
import sluice.dhcp.DhcpOption.ParameterRequestList;
import sluice.dhcp.DhcpOption.VendorClass;
import sluice.net.Bytes;
import sluice.net.LineId;

/**
 * What RADIUS may want to know of a client, by the names of FreeRADIUS's dictionaries. Texts are made printable,
 * whatever the client put there.
 */
final class ClientAttributes {

    private ClientAttributes() {}

    static Map<String, String> of(DhcpRequest request) {
        Map<String, String> attributes = new TreeMap<>();
        DhcpMessage message = request.message();
        message.option(HostName.class)
                .ifPresent(name -> attributes.put("DHCP-Hostname", LineId.printable(name.text())));
        message.option(VendorClass.class)
                .ifPresent(vendor -> attributes.put("DHCP-Vendor-Class-Identifier", LineId.printable(vendor.data())));
        message.option(ClientIdentifier.class)
                .ifPresent(id -> attributes.put(
                        "DHCP-Client-Identifier", "0x" + id.data().toHex()));
        message.option(ParameterRequestList.class)
                .ifPresent(list -> attributes.put(
                        "DHCP-Parameter-Request-List", "0x" + list.codes().toHex()));
        request.link().ifPresent(link -> attributes.put("DHCP-Gateway-IP-Address", link.toString()));
        request.relayAgent().ifPresent(relay -> {
            if (!relay.subscriberId().isEmpty()) {
                attributes.put("DHCP-Relay-Agent-Information", subscriberId(relay.subscriberId()));
            }
            AccessLine.addRates(attributes, relay.vendor());
        });
        return attributes;
    }

    /** Sub-option 6 as a TLV of RADIUS, whose length counts its header too (RFC 6929, 2.3). */
    private static String subscriberId(Bytes id) {
        return "0x"
                + Bytes.of(RelayAgent.SUBSCRIBER_ID, id.length() + 2).plus(id).toHex();
    }
}
