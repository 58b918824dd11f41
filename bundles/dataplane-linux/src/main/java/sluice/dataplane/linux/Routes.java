package sluice.dataplane.linux;

import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.packet.io.KernelException;

/**
 * The way to subscribers: routes in a table of our own and permanent neighbours, so that nothing is asked and nothing
 * learnt on the access side (rtnetlink(7)). A subscriber's IPv4 address is a neighbour; its other addresses are behind
 * a link-local one that is made of its number and stands for its MAC address.
 */
final class Routes {

    /** Number of the routing table. */
    static final int TABLE = 6400;

    private static final int NEW_ADDRESS = 20;
    private static final int DELETE_ADDRESS = 21;
    private static final int NEW_ROUTE = 24;
    private static final int DELETE_ROUTE = 25;
    private static final int GET_ROUTE = 26;
    private static final int DUMP = 0x300;
    private static final int ROUTE_BYTES = 12;
    private static final int NEW_NEIGHBOUR = 28;
    private static final int DELETE_NEIGHBOUR = 29;
    private static final int CREATE_OR_REPLACE = 0x400 | 0x100;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int HOST_BITS = 32;
    private static final int PROTOCOL = 83;
    private static final int SCOPE_UNIVERSE = 0;
    private static final int SCOPE_LINK = 253;
    private static final int UNICAST = 1;
    private static final int ONLINK = 4;
    private static final int PERMANENT = 0x80;
    private static final int ESRCH = 3;
    private static final int EADDRNOTAVAIL = 99;
    private static final int DESTINATION = 1;
    private static final int LINK_ADDRESS = 2;
    private static final int LOCAL_ADDRESS = 2;
    private static final int OUTPUT_INTERFACE = 4;
    private static final int GATEWAY = 5;
    private static final int METRICS = 8;
    private static final int METRIC_LOCKS = 1;
    private static final int METRIC_MTU = 2;
    private static final int ROUTE_TABLE = 15;
    private static final int VIA = 18;
    private static final int REQUEST_BYTES = 256;

    /** fe80::64:0:0 and the number; the operator's own addresses are not like that. */
    private static final Ip6 STAND_IN = Ip6.parse("fe80::64:0:0");

    private final NetlinkSocket socket;
    private final int loopback;

    /** @param loopback index of the interface that gets the gateway addresses */
    Routes(NetlinkSocket socket, int loopback) {
        this.socket = socket;
        this.loopback = loopback;
    }

    /** Leads packets to a subscriber; says so again if they were led there already. */
    void put(Subscriber subscriber, int ifindex) throws KernelException {
        SubscriberEntry entry = subscriber.entry();
        NetlinkWriter writer =
                new NetlinkWriter(REQUEST_BYTES * (3 + 2 * Plan.addresses(entry).size()));
        for (Addresses addresses : Plan.addresses(entry)) {
            if (addresses.width().equals(Width.HOST4)) {
                neighbour(writer, NEW_NEIGHBOUR, CREATE_OR_REPLACE, ifindex, addresses.network())
                        .attribute(LINK_ADDRESS, entry.mac().toBytes())
                        .end();
            }
        }
        if (needsStandIn(subscriber)) {
            neighbour(writer, NEW_NEIGHBOUR, CREATE_OR_REPLACE, ifindex, standIn(subscriber))
                    .attribute(LINK_ADDRESS, entry.mac().toBytes())
                    .end();
        }
        for (Addresses addresses : Plan.addresses(entry)) {
            route(writer, NEW_ROUTE, CREATE_OR_REPLACE, addresses, ifindex);
            addGateway(writer, subscriber, addresses);
            int mtu = entry.treatment().mtu();
            if (mtu != 0) {
                writer.nest(
                        METRICS, () -> writer.u32(METRIC_LOCKS, 1 << METRIC_MTU).u32(METRIC_MTU, mtu));
            }
            writer.end();
        }
        socket.execute(writer.acknowledged());
    }

    /** A network of IPv4 is behind the subscriber's address; behind one without, an address of IPv6 (RFC 8950). */
    private static void addGateway(NetlinkWriter writer, Subscriber subscriber, Addresses addresses) {
        Ip4 address = subscriber.entry().address();
        if (addresses.family() == Family.IP6) {
            writer.attribute(GATEWAY, standIn(subscriber));
        } else if (!addresses.width().equals(Width.HOST4) && !address.isAny()) {
            writer.attribute(GATEWAY, address.toBytes());
        } else if (!addresses.width().equals(Width.HOST4)) {
            Bytes family = ElementData.register(AF_INET6)
                    .slice(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? Short.BYTES : 0, Short.BYTES);
            writer.attribute(VIA, family.plus(standIn(subscriber)));
        }
    }

    private static boolean needsStandIn(Subscriber subscriber) {
        SubscriberEntry entry = subscriber.entry();
        return !entry.prefixes().isEmpty()
                || entry.address().isAny() && !entry.routes().isEmpty();
    }

    private static Bytes standIn(Subscriber subscriber) {
        return STAND_IN.plus(subscriber.number()).toBytes();
    }

    /** Takes away what leads to the one and not to the other; what is not there is not missed. */
    void remove(Subscriber subscriber, int ifindex, Subscriber next, int nextIfindex) throws KernelException {
        boolean moved = ifindex != nextIfindex;
        for (Addresses addresses : Plan.addresses(subscriber.entry())) {
            boolean stays = Plan.addresses(next.entry()).contains(addresses);
            if (!stays) {
                forget(route(new NetlinkWriter(REQUEST_BYTES), DELETE_ROUTE, 0, addresses, ifindex));
            }
            if (addresses.width().equals(Width.HOST4) && (moved || !stays)) {
                removeNeighbour(addresses.network(), ifindex);
            }
        }
        if (needsStandIn(subscriber) && (moved || !needsStandIn(next))) {
            removeNeighbour(standIn(subscriber), ifindex);
        }
    }

    /** Takes away all that leads to a subscriber; what is not there is not missed. */
    void remove(Subscriber subscriber, int ifindex) throws KernelException {
        for (Addresses addresses : Plan.addresses(subscriber.entry())) {
            forget(route(new NetlinkWriter(REQUEST_BYTES), DELETE_ROUTE, 0, addresses, ifindex));
            if (addresses.width().equals(Width.HOST4)) {
                removeNeighbour(addresses.network(), ifindex);
            }
        }
        if (needsStandIn(subscriber)) {
            removeNeighbour(standIn(subscriber), ifindex);
        }
    }

    private void removeNeighbour(Bytes address, int ifindex) throws KernelException {
        forget(neighbour(new NetlinkWriter(REQUEST_BYTES), DELETE_NEIGHBOUR, 0, ifindex, address));
    }

    /**
     * Whereto there is a way in our table, and by which interface; the ways upstream, which have none, are left out.
     */
    Map<Addresses, Integer> all() throws KernelException {
        Map<Addresses, Integer> found = new HashMap<>();
        for (int family : List.of(AF_INET, AF_INET6)) {
            NetlinkWriter request = new NetlinkWriter(REQUEST_BYTES)
                    .message(GET_ROUTE, DUMP)
                    .bytes(family, 0, 0, 0, 0, 0, 0, 0)
                    .u32(0)
                    .end();
            socket.ask(request, message -> {
                int length = message.get(1) & 0xff;
                Attributes attributes = Attributes.of(message, ROUTE_BYTES);
                boolean ours = attributes
                        .first(ROUTE_TABLE)
                        .filter(table -> table.getInt(0) == TABLE)
                        .isPresent();
                var destination = attributes.first(DESTINATION).map(Bytes::copyOf);
                var device = attributes.first(OUTPUT_INTERFACE).map(index -> index.getInt(0));
                if (ours && destination.isPresent() && device.isPresent()) {
                    found.put(Addresses.of(destination.get(), length), device.get());
                }
            });
        }
        return found;
    }

    /** Makes an address one of the machine's own. */
    void addLocal(Ip4 address) throws KernelException {
        socket.execute(local(NEW_ADDRESS, CREATE_OR_REPLACE, address).end().acknowledged());
    }

    void removeLocal(Ip4 address) throws KernelException {
        forget(local(DELETE_ADDRESS, 0, address));
    }

    private void forget(NetlinkWriter request) throws KernelException {
        try {
            socket.execute(request.end().acknowledged());
        } catch (KernelException refusal) {
            int errno = refusal.errno();
            if (errno != KernelException.ENOENT && errno != ESRCH && errno != EADDRNOTAVAIL) {
                throw refusal;
            }
        }
    }

    /** struct ifaddrmsg: family u8 | prefix length u8 | flags u8 | scope u8 | index u32. */
    private NetlinkWriter local(int type, int flags, Ip4 address) {
        return new NetlinkWriter(REQUEST_BYTES)
                .message(type, flags)
                .bytes(AF_INET, HOST_BITS, 0, 0)
                .u32(loopback)
                .attribute(LOCAL_ADDRESS, address.toBytes())
                .attribute(DESTINATION, address.toBytes());
    }

    /** struct rtmsg: family, destination and source length, tos, table, protocol, scope, type u8 each | flags u32. */
    private static NetlinkWriter route(NetlinkWriter writer, int type, int flags, Addresses addresses, int ifindex) {
        boolean host4 = addresses.width().equals(Width.HOST4);
        int family = addresses.family() == Family.IP4 ? AF_INET : AF_INET6;
        int scope = host4 ? SCOPE_LINK : SCOPE_UNIVERSE;
        return writer.message(type, flags)
                .bytes(family, addresses.length(), 0, 0, 0, PROTOCOL, scope, UNICAST)
                .u32(host4 ? 0 : ONLINK)
                .attribute(DESTINATION, addresses.network())
                .u32(OUTPUT_INTERFACE, ifindex)
                .u32(ROUTE_TABLE, TABLE);
    }

    /** struct ndmsg: family u8 | 3 unused | index u32 | state u16 | flags u8 | type u8. */
    private static NetlinkWriter neighbour(NetlinkWriter writer, int type, int flags, int ifindex, Bytes address) {
        return writer.message(type, flags)
                .bytes(address.length() == Ip4.LENGTH ? AF_INET : AF_INET6, 0, 0, 0)
                .u32(ifindex)
                .bytes(PERMANENT, 0, 0, 0)
                .attribute(DESTINATION, address);
    }
}
