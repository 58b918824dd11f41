package sluice.dataplane.linux;

import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;

/**
 * The way to subscribers: for each a host route in a table of our own and a permanent neighbour, so that nothing is
 * asked and nothing learnt on the access side (rtnetlink(7)).
 */
final class Routes {

    /** Number of the routing table. */
    static final int TABLE = 6400;

    private static final int NEW_ADDRESS = 20;
    private static final int DELETE_ADDRESS = 21;
    private static final int NEW_ROUTE = 24;
    private static final int DELETE_ROUTE = 25;
    private static final int NEW_NEIGHBOUR = 28;
    private static final int DELETE_NEIGHBOUR = 29;
    private static final int CREATE_OR_REPLACE = 0x400 | 0x100;
    private static final int AF_INET = 2;
    private static final int HOST_BITS = 32;
    private static final int PROTOCOL = 83;
    private static final int SCOPE_LINK = 253;
    private static final int UNICAST = 1;
    private static final int PERMANENT = 0x80;
    private static final int ESRCH = 3;
    private static final int EADDRNOTAVAIL = 99;
    private static final int DESTINATION = 1;
    private static final int LINK_ADDRESS = 2;
    private static final int LOCAL_ADDRESS = 2;
    private static final int OUTPUT_INTERFACE = 4;
    private static final int ROUTE_TABLE = 15;
    private static final int REQUEST_BYTES = 256;

    private final NetlinkSocket socket;
    private final int loopback;

    /** @param loopback index of the interface that gets the gateway addresses */
    Routes(NetlinkSocket socket, int loopback) {
        this.socket = socket;
        this.loopback = loopback;
    }

    /** Leads packets for the address to a station; says so again if they were led there already. */
    void put(Ip4 address, int ifindex, MacAddress mac) throws KernelException {
        NetlinkWriter writer = new NetlinkWriter(REQUEST_BYTES);
        neighbour(writer, NEW_NEIGHBOUR, CREATE_OR_REPLACE, ifindex, address)
                .attribute(LINK_ADDRESS, mac.toBytes())
                .end();
        route(writer, NEW_ROUTE, CREATE_OR_REPLACE, address)
                .u32(OUTPUT_INTERFACE, ifindex)
                .end();
        socket.execute(writer.acknowledged());
    }

    /** Takes the way away; what is not there is not missed. */
    void remove(Ip4 address, int ifindex) throws KernelException {
        forget(route(new NetlinkWriter(REQUEST_BYTES), DELETE_ROUTE, 0, address).u32(OUTPUT_INTERFACE, ifindex));
        removeNeighbour(address, ifindex);
    }

    /** Forgets the station behind an interface. */
    void removeNeighbour(Ip4 address, int ifindex) throws KernelException {
        forget(neighbour(new NetlinkWriter(REQUEST_BYTES), DELETE_NEIGHBOUR, 0, ifindex, address));
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
    private static NetlinkWriter route(NetlinkWriter writer, int type, int flags, Ip4 address) {
        return writer.message(type, flags)
                .bytes(AF_INET, HOST_BITS, 0, 0, 0, PROTOCOL, SCOPE_LINK, UNICAST)
                .u32(0)
                .attribute(DESTINATION, address.toBytes())
                .u32(ROUTE_TABLE, TABLE);
    }

    /** struct ndmsg: family u8 | 3 unused | index u32 | state u16 | flags u8 | type u8. */
    private static NetlinkWriter neighbour(NetlinkWriter writer, int type, int flags, int ifindex, Ip4 address) {
        Bytes destination = address.toBytes();
        return writer.message(type, flags)
                .bytes(AF_INET, 0, 0, 0)
                .u32(ifindex)
                .bytes(PERMANENT, 0, 0, 0)
                .attribute(DESTINATION, destination);
    }
}
