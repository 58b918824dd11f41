package sluice.dhcp;

import java.util.ArrayList;
import java.util.List;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * Routes for the client (option 121, RFC 3442). A client that takes them ignores the routers option.
 *
 * <pre>
 * +--------+-------------------------+---------------+---
 * | length | prefix, 0..4 bytes      | router, 4     | ...
 * +--------+-------------------------+---------------+---
 * </pre>
 *
 * @param routes in the order of the wire
 */
record ClasslessRoutes(List<Route> routes) implements DhcpOption {
    ClasslessRoutes {
        routes = List.copyOf(routes);
    }

    /** Packets to {@code destination} go to {@code router}; router 0.0.0.0 means that they are on the link. */
    record Route(Ip4Prefix destination, Ip4 router) {}

    static ClasslessRoutes decode(Bytes value) throws MalformedPacket {
        WireReader in = new WireReader(value);
        List<Route> routes = new ArrayList<>();
        while (in.hasRemaining()) {
            int length = in.u8();
            int bytes = (length + 7) / 8;
            if (length > 32 || in.remaining() < bytes + Ip4.LENGTH) {
                throw in.malformed(DhcpFault.BAD_OPTION);
            }
            int bits = 0;
            for (int i = 0; i < bytes; i++) {
                bits |= in.u8() << (24 - 8 * i);
            }
            Ip4Prefix destination = Ip4Prefix.around(new Ip4(bits), length);
            if (destination.network().bits() != bits) {
                throw in.malformed(DhcpFault.BAD_OPTION);
            }
            routes.add(new Route(destination, in.ip4()));
        }
        return new ClasslessRoutes(routes);
    }

    @Override
    public int code() {
        return CLASSLESS_ROUTES;
    }

    @Override
    public void encodeValue(WireWriter out) {
        for (Route route : routes) {
            int length = route.destination.length();
            out.u8(length);
            for (int i = 0; i < (length + 7) / 8; i++) {
                out.u8(route.destination.network().bits() >>> (24 - 8 * i) & 0xff);
            }
            out.ip4(route.router);
        }
    }
}
