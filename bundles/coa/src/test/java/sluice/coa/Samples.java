package sluice.coa;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.platform.api.Secret;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeWriter;
import sluice.radius.packet.PacketSignature;
import sluice.radius.packet.Packets;
import sluice.radius.packet.PortTemplate;

/** What the tests of this bundle begin with. */
final class Samples {

    static final String SECRET = "s3cret";
    static final InetSocketAddress CLIENT = at("198.18.255.1", 40_000);

    private Samples() {}

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    static GatewaySettings gateway() {
        return new GatewaySettings(
                "bng-01",
                Ip4.parse("198.18.255.2"),
                Optional.of(Ip6.parse("2001:db8::2")),
                new PortTemplate("{port}:{svlan}.{cvlan}")::of);
    }

    static ListenerSettings listener() {
        return listener(EnumSet.allOf(RequestKind.class), false, 4, 1000);
    }

    static ListenerSettings listener(
            EnumSet<RequestKind> kinds, boolean timestampDemanded, int inFlightMax, int perSecond) {
        return new ListenerSettings(
                at("127.0.0.1", 0),
                kinds,
                Duration.ofSeconds(300),
                timestampDemanded,
                inFlightMax,
                perSecond,
                Duration.ofSeconds(30));
    }

    static Secret secret(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    static ClientSettings client(String hosts) {
        return client("oss", hosts, false, true, true);
    }

    static ClientSettings client(String name, String hosts, boolean demanded, boolean disconnect, boolean change) {
        return new ClientSettings(name, AddressRange.parse(hosts), secret(SECRET), demanded, disconnect, change);
    }

    /** Attributes that mean the session of the golden packets. */
    static AttributeWriter golden() {
        return new AttributeWriter().text(AttributeCode.ACCT_SESSION_ID, "0000123456789abc");
    }

    static byte[] coa(int id, AttributeWriter attributes) {
        return sealed(Packets.COA_REQUEST, id, attributes, -1);
    }

    static byte[] disconnect(int id, AttributeWriter attributes) {
        return sealed(Packets.DISCONNECT_REQUEST, id, attributes, -1);
    }

    static byte[] sealed(int code, int id, AttributeWriter attributes, int messageAuthenticatorAt) {
        byte[] packet = attributes.packet();
        Packets.head(packet, code, id);
        new PacketSignature(secret(SECRET)).sealRequest(packet, messageAuthenticatorAt);
        return packet;
    }
}
