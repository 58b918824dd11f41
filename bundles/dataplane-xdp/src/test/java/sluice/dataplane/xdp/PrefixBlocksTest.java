package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;

/** Where IPv6 prefixes stand, and that the programs find them there. */
final class PrefixBlocksTest {

    private static final long BLOCKS_OF_56 = 1L << 18; // from one block of prefixes of 56 bits to the next, high half

    private Bench bench;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    private static Ip6Prefix block(long number) {
        return new Ip6Prefix(new Ip6(0x2001_0db8_0000_0000L + number * BLOCKS_OF_56, 0), 56);
    }

    private Map<Ip6Prefix, Integer> all() throws Exception {
        Map<Ip6Prefix, Integer> all = new HashMap<>();
        bench.blocks().forEach(all::put);
        return all;
    }

    private int alone() throws Exception {
        List<Ip6Prefix> alone = new ArrayList<>();
        new PrefixMap<>(bench.loaded().map("prefixes"), new PrefixKind.Ip6Keys())
                .forEach((prefix, index) -> alone.add(prefix));
        return alone.size();
    }

    private void install(Ip6Prefix prefix) throws Exception {
        bench.subscribers()
                .install(new SubscriberEntry(
                        Line.SESSION,
                        0,
                        Line.IPOE.tags(),
                        Packets.SUBSCRIBER_MAC,
                        0,
                        0,
                        Ip4.ANY,
                        List.of(prefix),
                        Policer.UNLIMITED,
                        Policer.UNLIMITED,
                        Treatment.PLAIN));
    }

    private Verdict down(Ip6 destination) throws Exception {
        Bytes packet = Packets6.udp(Packets6.SERVER, destination, 9000, 10);
        return bench.core(Packets6.down(packet)).verdict();
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 10, 11, 32, 48, 56, 60, 63, 64, 65, 70, 74, 75, 96, 127, 128})
    void prefixOfAnyLengthIsFoundAndItsNeighboursAreNot(int length) throws Exception {
        Ip6 address = Ip6.parse("2001:db8:1234:5678:9abc:def0:1357:9bdf");
        Ip6Prefix prefix = Ip6Prefix.around(address, length);
        install(prefix);
        assertThat(all()).containsOnlyKeys(prefix);
        assertThat(down(address)).isEqualTo(Verdict.FORWARDED_DOWN);
        Ip6 neighbour = length <= 64
                ? new Ip6(address.high() ^ 1L << 64 - length, address.low())
                : new Ip6(address.high(), address.low() ^ 1L << 128 - length);
        assertThat(down(neighbour)).isEqualTo(Verdict.PASSED);
        bench.subscribers().remove(Line.SESSION, Ip4.ANY);
        assertThat(all()).isEmpty();
        assertThat(down(address)).isEqualTo(Verdict.PASSED);
    }

    @Test
    void neighboursShareABlockAndAreFoundAgainAfterARestart() throws Exception {
        PrefixBlocks blocks = bench.blocks();
        Map<Ip6Prefix, Integer> put = new HashMap<>();
        for (int i = 0; i < PrefixBlocks.PREFIXES * 2; i++) {
            Ip6Prefix prefix = new Ip6Prefix(new Ip6(0x2001_0db8_0000_0000L + ((long) i << 8), 0), 56);
            blocks.put(prefix, i);
            put.put(prefix, i);
        }
        assertThat(all()).isEqualTo(put);
        assertThat(alone()).isZero();
    }

    @Test
    void whatFindsNoBlockStandsAloneUntilABlockIsFree() throws Exception {
        PrefixBlocks blocks = bench.blocks();
        IntStream first = IntStream.range(0, Bench.PREFIX_BLOCKS);
        for (int number : first.toArray()) {
            blocks.put(block(number), number);
        }
        Ip6Prefix late = block(Bench.PREFIX_BLOCKS);
        blocks.put(late, 99);
        assertThat(alone()).isEqualTo(1);
        assertThat(all()).containsEntry(late, 99).hasSize(Bench.PREFIX_BLOCKS + 1);

        blocks.remove(block(3));
        blocks.put(late, 98);
        assertThat(alone()).as("in the block that became free").isZero();
        assertThat(all()).containsEntry(late, 98).hasSize(Bench.PREFIX_BLOCKS).doesNotContainKey(block(3));

        blocks.remove(late);
        assertThat(all()).hasSize(Bench.PREFIX_BLOCKS - 1);
    }
}
