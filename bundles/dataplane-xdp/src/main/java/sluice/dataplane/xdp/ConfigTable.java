package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sluice.dataplane.xdp.GatewaySettings.Core;
import sluice.dataplane.xdp.GatewaySettings.IndexedNetwork;
import sluice.dataplane.xdp.GatewaySettings.Port;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * The settings of the gateway, in memory shared with the programs. Two halves, of which the state names the one in
 * force.
 *
 * <pre>
 * struct config:   state u32 | - u32 | settings, even | settings, odd
 * struct settings, 1744 bytes
 *    0 | networks u32 | ports u32 | cores u32 | 4 prefix lengths u8      |
 *   16 | 4 cores: ifindex u32 | mtu u32 | mac 6 | next hop 6             |
 *      |  next hop of IPv6 6 | resolved u16 | - 4 | own IPv6 address 16 |
 *  208 | 64 networks: base u32 | last u32 | first u32 | gateway be32     |
 * 1232 | 16 ports: ifindex u32 | mtu u32 | mac 6 | - 2 | name 16         |
 * </pre>
 *
 * One writer at a time; the caller sees to it.
 */
final class ConfigTable {

    static final int SETTINGS_BYTES = 1744;
    static final int EVEN_AT = 8;
    static final int CORES_COUNT_AT = 8;
    static final int LENGTHS_AT = 12;
    static final int CORES_AT = 16;
    static final int CORE_BYTES = 48;
    static final int NEXT_HOP_AT = 14;
    static final int NEXT_HOP6_AT = 20;
    static final int RESOLVED_AT = 26;
    static final int ADDRESS6_AT = 32;
    static final int NETWORKS_AT = 208;
    static final int NETWORK_BYTES = 16;
    static final int PORTS_AT = 1232;
    static final int PORT_BYTES = 32;
    static final int PORT_NAME_AT = 16;

    private static final int NAME_BYTES = 16;
    private static final int RESOLVED_IP4 = 1;
    private static final int RESOLVED_IP6 = 2;
    private static final int HALF = 1;
    private static final int OPEN = 2;
    private static final int GENERATION = 8;
    private static final ValueLayout.OfInt NET_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong NET_LONG = JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle STATE = JAVA_INT.varHandle();

    private final MemorySegment memory;

    /** @param memory the mapped array of one */
    ConfigTable(MemorySegment memory) {
        this.memory = memory;
    }

    /** The settings in force; empty when nobody ever wrote any. */
    Optional<GatewaySettings> read() {
        int state = (int) STATE.getVolatile(memory, 0L);
        return (state & OPEN) == 0 ? Optional.empty() : Optional.of(read(settings(state & HALF)));
    }

    /**
     * Puts other settings in force at once. Waits first, some milliseconds, until no program reads the half that it
     * overwrites.
     */
    void write(GatewaySettings settings) throws KernelException {
        Libc.awaitRunningPrograms();
        int state = (int) STATE.getVolatile(memory, 0L);
        int half = ~state & HALF;
        write(settings(half), settings);
        STATE.setVolatile(memory, 0L, (state & ~7) + GENERATION | OPEN | half);
    }

    private MemorySegment settings(int half) {
        return memory.asSlice(EVEN_AT + (long) half * SETTINGS_BYTES, SETTINGS_BYTES);
    }

    private static void write(MemorySegment out, GatewaySettings settings) {
        out.fill((byte) 0);
        out.set(JAVA_INT, 0, settings.networks().size());
        out.set(JAVA_INT, 4, settings.ports().size());
        out.set(JAVA_INT, CORES_COUNT_AT, settings.cores().size());
        for (int i = 0; i < settings.prefixLengths().size(); i++) {
            out.set(JAVA_BYTE, LENGTHS_AT + i, settings.prefixLengths().get(i).byteValue());
        }
        for (int i = 0; i < settings.cores().size(); i++) {
            write(
                    out.asSlice(CORES_AT + (long) i * CORE_BYTES, CORE_BYTES),
                    settings.cores().get(i));
        }
        long at = NETWORKS_AT;
        for (IndexedNetwork network : settings.networks()) {
            out.set(JAVA_INT, at, network.base().bits());
            out.set(JAVA_INT, at + 4, network.last().bits());
            out.set(JAVA_INT, at + 8, network.first());
            out.set(NET_INT, at + 12, network.gateway().bits());
            at += NETWORK_BYTES;
        }
        at = PORTS_AT;
        for (Port port : settings.ports()) {
            out.set(JAVA_INT, at, port.ifindex());
            out.set(JAVA_INT, at + 4, port.mtu());
            writeMac(out, at + 8, port.mac());
            byte[] name = port.name().getBytes(StandardCharsets.UTF_8);
            MemorySegment.copy(name, 0, out, JAVA_BYTE, at + PORT_NAME_AT, Math.min(name.length, NAME_BYTES - 1));
            at += PORT_BYTES;
        }
    }

    private static void write(MemorySegment out, Core core) {
        out.set(JAVA_INT, 0, core.ifindex());
        out.set(JAVA_INT, 4, core.mtu());
        writeMac(out, 8, core.mac());
        writeMac(out, NEXT_HOP_AT, core.nextHop().orElse(MacAddress.ZERO));
        writeMac(out, NEXT_HOP6_AT, core.nextHop6().orElse(MacAddress.ZERO));
        int resolved = (core.nextHop().isPresent() ? RESOLVED_IP4 : 0)
                | (core.nextHop6().isPresent() ? RESOLVED_IP6 : 0);
        out.set(JAVA_SHORT, RESOLVED_AT, (short) resolved);
        out.set(NET_LONG, ADDRESS6_AT, core.address6().high());
        out.set(NET_LONG, ADDRESS6_AT + 8, core.address6().low());
    }

    private static Core readCore(MemorySegment in) {
        int resolved = in.get(JAVA_SHORT, RESOLVED_AT);
        return new Core(
                in.get(JAVA_INT, 0),
                in.get(JAVA_INT, 4),
                readMac(in, 8),
                (resolved & RESOLVED_IP4) == 0 ? Optional.empty() : Optional.of(readMac(in, NEXT_HOP_AT)),
                (resolved & RESOLVED_IP6) == 0 ? Optional.empty() : Optional.of(readMac(in, NEXT_HOP6_AT)),
                new Ip6(in.get(NET_LONG, ADDRESS6_AT), in.get(NET_LONG, ADDRESS6_AT + 8)));
    }

    private static GatewaySettings read(MemorySegment in) {
        List<Core> cores = new ArrayList<>();
        for (int i = 0; i < in.get(JAVA_INT, CORES_COUNT_AT); i++) {
            cores.add(readCore(in.asSlice(CORES_AT + (long) i * CORE_BYTES, CORE_BYTES)));
        }
        List<Integer> lengths = new ArrayList<>();
        for (int i = 0; i < GatewaySettings.LENGTHS_MAX; i++) {
            int length = in.get(JAVA_BYTE, LENGTHS_AT + (long) i) & 0xff;
            if (length != 0) {
                lengths.add(length);
            }
        }
        List<IndexedNetwork> networks = new ArrayList<>();
        for (int i = 0; i < in.get(JAVA_INT, 0); i++) {
            long at = NETWORKS_AT + (long) i * NETWORK_BYTES;
            networks.add(new IndexedNetwork(
                    new Ip4(in.get(JAVA_INT, at)),
                    new Ip4(in.get(JAVA_INT, at + 4)),
                    in.get(JAVA_INT, at + 8),
                    new Ip4(in.get(NET_INT, at + 12))));
        }
        List<Port> ports = new ArrayList<>();
        for (int i = 0; i < in.get(JAVA_INT, 4); i++) {
            long at = PORTS_AT + (long) i * PORT_BYTES;
            ports.add(new Port(
                    in.getString(at + PORT_NAME_AT),
                    in.get(JAVA_INT, at),
                    in.get(JAVA_INT, at + 4),
                    readMac(in, at + 8)));
        }
        return new GatewaySettings(cores, networks, ports, lengths);
    }

    private static void writeMac(MemorySegment out, long at, MacAddress mac) {
        for (int i = 0; i < MacAddress.LENGTH; i++) {
            out.set(JAVA_BYTE, at + i, (byte) (mac.value() >>> 8 * (MacAddress.LENGTH - 1 - i)));
        }
    }

    private static MacAddress readMac(MemorySegment in, long at) {
        long value = 0;
        for (int i = 0; i < MacAddress.LENGTH; i++) {
            value = value << 8 | in.get(JAVA_BYTE, at + i) & 0xff;
        }
        return new MacAddress(value);
    }
}
