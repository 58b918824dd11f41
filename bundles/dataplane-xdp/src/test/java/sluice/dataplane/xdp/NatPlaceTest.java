package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Bytes;
import sluice.net.Ip4;

/** The place of NAT in the pipeline: while nobody translates, nothing that needs it gets through untranslated. */
final class NatPlaceTest {

    private static final Ip4 PUBLIC = Ip4.parse("198.51.100.7");
    private static final int PORT = 9000;
    private static final int BLOCK_PORTS = 64;
    private static final CStruct KEY = CStruct.of(CStruct.u32("address"), CStruct.u32("block"));

    private Bench bench;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
        bench.subscribers()
                .install(new SubscriberEntry(
                        7,
                        0,
                        Packets.DOUBLE,
                        Packets.SUBSCRIBER_MAC,
                        Packets.SUBSCRIBER,
                        Policer.UNLIMITED,
                        Policer.UNLIMITED));
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    private Verdict up() throws Exception {
        Bytes frame = Packets.ip(
                Packets.GATEWAY_MAC,
                Packets.SUBSCRIBER_MAC,
                Packets.DOUBLE,
                Packets.udp(Packets.SUBSCRIBER, Packets.SERVER, PORT, 100));
        return bench.access(frame).verdict();
    }

    private Verdict down(int port) throws Exception {
        Bytes frame = Packets.ip(
                Packets.CORE_MAC,
                Packets.NEXT_HOP_MAC,
                Packets.UNTAGGED,
                Packets.udp(Packets.SERVER, PUBLIC, port, 100));
        return bench.core(frame).verdict();
    }

    @Test
    void subscriberWithPortsOfAPublicAddressShowsTheCoreNoPrivateOne() throws Exception {
        assertThat(up()).isEqualTo(Verdict.FORWARDED_UP);
        try (MappedMemory entries = MappedMemory.of(bench.loaded().map("subscribers"))) {
            int ports = SubscriberTable.NAT_AT + Integer.BYTES + Short.BYTES;
            for (long entry = 0; entry < entries.memory().byteSize(); entry += SubscriberTable.ENTRY_BYTES) {
                for (int binding : new int[] {SubscriberTable.EVEN_AT, SubscriberTable.ODD_AT}) {
                    entries.memory().set(ValueLayout.JAVA_SHORT, entry + binding + ports, (short) 1024);
                }
            }
        }
        assertThat(up()).isEqualTo(Verdict.NO_TRANSLATION);
    }

    @Test
    void packetForABlockOfPortsDoesNotReachTheKernelsOwnStack() throws Exception {
        assertThat(down(PORT)).isEqualTo(Verdict.PASSED);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment key = KEY.allocate(arena);
            KEY.set(key, "address", Integer.reverseBytes(PUBLIC.bits()));
            KEY.set(key, "block", PORT / BLOCK_PORTS);
            Bpf.update(bench.loaded().map("nat_blocks").fd(), key, arena.allocate(ValueLayout.JAVA_INT));
        }
        assertThat(down(PORT)).isEqualTo(Verdict.NO_TRANSLATION);
        assertThat(down(PORT + BLOCK_PORTS)).isEqualTo(Verdict.PASSED);
    }
}
