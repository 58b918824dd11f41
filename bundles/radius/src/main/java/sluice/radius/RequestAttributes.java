package sluice.radius;

import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeWriter;
import sluice.radius.packet.PortTemplate;

/** Writes the attributes that authentication and accounting share: who we are, and on which line the subscriber is. */
final class RequestAttributes {

    private static final String PPPOE = "pppoe";
    private static final int SERVICE_FRAMED = 2;
    private static final int FRAMED_PPP = 1;
    private static final int PORT_TYPE_ETHERNET = 15;
    private static final int PORT_TYPE_PPPOE = 32; // RFC 4603, 2: then 33 with one tag, 34 with two

    private final RequestSettings settings;

    RequestAttributes(RequestSettings settings) {
        this.settings = settings;
    }

    void writeGateway(AttributeWriter out) {
        out.text(AttributeCode.NAS_IDENTIFIER, settings.nasIdentifier());
        if (!settings.nasAddress().isAny()) {
            out.ip4(AttributeCode.NAS_IP_ADDRESS, settings.nasAddress());
        }
        settings.nasAddress6().ifPresent(address -> out.ip6(AttributeCode.NAS_IPV6_ADDRESS, address));
    }

    /** The Service-Type of those who come by this protocol (RFC 2865, 5.6); 0 where the operator says. */
    static int serviceOf(String protocol) {
        return protocol.equals(PPPOE) ? SERVICE_FRAMED : 0;
    }

    /** Framed-Protocol (RFC 2865, 5.7), where there is one. */
    static void writeFraming(AttributeWriter out, String protocol) {
        if (protocol.equals(PPPOE)) {
            out.number(AttributeCode.FRAMED_PROTOCOL, FRAMED_PPP);
        }
    }

    void writeLine(AttributeWriter out, LineId line, MacAddress mac, String protocol) {
        out.number(AttributeCode.NAS_PORT, PortTemplate.number(line));
        out.text(AttributeCode.NAS_PORT_ID, settings.nasPortId().of(line));
        out.number(AttributeCode.NAS_PORT_TYPE, portType(line, protocol));
        out.text(AttributeCode.CALLING_STATION_ID, settings.callingStationId().format(mac));
        settings.calledStationId().ifPresent(id -> out.text(AttributeCode.CALLED_STATION_ID, id));
        out.octets(AttributeCode.AGENT_CIRCUIT_ID, line.circuitId());
        out.octets(AttributeCode.AGENT_REMOTE_ID, line.remoteId());
    }

    private static int portType(LineId line, String protocol) {
        if (!protocol.equals(PPPOE)) {
            return PORT_TYPE_ETHERNET;
        }
        int tags = (line.svlan() != 0 ? 1 : 0) + (line.cvlan() != 0 ? 1 : 0);
        return PORT_TYPE_PPPOE + tags;
    }
}
