package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;
import sluice.packet.io.NetworkDevice;
import sluice.packet.io.PacketSocket;

/** What passes a policy, counted in bytes of IP at the far end. */
@Timeout(60)
final class RateTest {

    private static final long MEGABIT = 1_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final int SUBSCRIBERS = 20;
    private static final int IP_BYTES = 1492;
    private static final int FIRST_OCTET = 10;
    private static final long BURST_NANOS = SECOND / 2; // longer than this thread ever pauses
    private static final int FEW = 8;

    private final MonotonicClock clock = MonotonicClock.system();
    private FarEnds ends;

    @BeforeEach
    void build() throws Exception {
        Privileged.assumeNamespaces();
        ends = new FarEnds(1600);
    }

    @AfterEach
    void tearDown() {
        if (ends != null) {
            ends.close();
        }
    }

    private static SubscriberEntry entry(int number, long rate) {
        Policer policer = new Policer(rate, rate / 8 * BURST_NANOS / SECOND);
        return new SubscriberEntry(number + 1, 0, tags(number), mac(number), address(number), policer, policer);
    }

    private static List<VlanTag> tags(int number) {
        return List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(2 + number)));
    }

    private static MacAddress mac(int number) {
        return new MacAddress(Packets.SUBSCRIBER_MAC.value() + number);
    }

    private static Ip4 address(int number) {
        return Ip4.parse("10.64.0.0").plus(FIRST_OCTET + number);
    }

    private static long rate(int number) {
        return switch (number) {
            case 0 -> 300 * MEGABIT;
            case 1 -> 100 * MEGABIT;
            default -> 10 * MEGABIT;
        };
    }

    /** One way through the gateway for all subscribers: more than their rates go in, what comes out is counted. */
    private final class Way implements AutoCloseable {
        private final XdpDataPlane dataPlane;
        private final boolean up;
        private final FarEnds.End from;
        private final List<Bytes> frames = new ArrayList<>();
        private final PacketSocket to;
        private final MemorySegment waiting = Arena.ofAuto().allocate(8, 8);
        private final int addressAt;
        private final long[] bytes = new long[SUBSCRIBERS];
        private final long[] sent = new long[SUBSCRIBERS];
        private final long[] emptyAt = new long[SUBSCRIBERS];

        Way(XdpDataPlane dataPlane, boolean up) throws Exception {
            this.dataPlane = dataPlane;
            this.up = up;
            from = up ? ends.subscriber() : ends.server();
            addressAt = up ? 15 : 19;
            to = up
                    ? ends.core().call(() -> new PacketSocket(NetworkDevice.of("net0"), 0))
                    : ends.access().call(() -> new PacketSocket(NetworkDevice.of("acc0"), 0));
            waiting.set(JAVA_INT, 0, to.descriptor());
            waiting.set(JAVA_SHORT, 4, Libc.POLLIN);
            for (int number = 0; number < SUBSCRIBERS; number++) {
                frames.add(up ? up(number) : down(number));
            }
        }

        private Bytes up(int number) {
            Bytes packet = Packets.udp(address(number), Packets.SERVER, 9000, IP_BYTES - 28);
            return Packets.ip(ends.trunkMac(), mac(number), tags(number), packet);
        }

        private Bytes down(int number) {
            Bytes packet = Packets.udp(Packets.SERVER, address(number), 9000, IP_BYTES - 28);
            return Packets.ip(ends.coreMac(), Packets.NEXT_HOP_MAC, Packets.UNTAGGED, packet);
        }

        /**
         * Sends for a while, and gives the bits per second that came of each subscriber. Its time is from one empty
         * bucket to the next; what a pause is longer than its burst does not count. So the busiest machine finds the
         * same rates.
         */
        double[] run(int subscribers, double seconds) throws KernelException {
            exhaust(subscribers);
            long[] before = bytes.clone();
            long[] took = new long[SUBSCRIBERS];
            long end = clock.nanos() + (long) (seconds * SECOND);
            while (clock.nanos() < end) {
                long[] then = emptyAt.clone();
                long begin = clock.nanos();
                exhaust(subscribers);
                for (int number = 0; number < subscribers; number++) {
                    took[number] += Math.min(begin - then[number], BURST_NANOS) + emptyAt[number] - begin;
                }
            }
            double[] rates = new double[SUBSCRIBERS];
            for (int number = 0; number < subscribers; number++) {
                rates[number] = (bytes[number] - before[number]) * 8.0 * SECOND / took[number];
            }
            return rates;
        }

        /**
         * Sends for all at once until a frame of each is dropped, few at a time, each few seen through: nothing is lost
         * but by policing.
         */
        private void exhaust(int subscribers) throws KernelException {
            long[] dropped = new long[subscribers];
            BitSet left = new BitSet();
            left.set(0, subscribers);
            for (int number = 0; number < subscribers; number++) {
                dropped[number] = sent[number] - bytes[number];
            }
            while (!left.isEmpty()) {
                for (int number = left.nextSetBit(0); number >= 0; number = left.nextSetBit(number + 1)) {
                    send(number);
                }
                for (int number = left.nextSetBit(0); number >= 0; number = left.nextSetBit(number + 1)) {
                    settle(number);
                    left.set(number, sent[number] - bytes[number] == dropped[number]);
                }
            }
        }

        private void send(int number) throws KernelException {
            emptyAt[number] = clock.nanos();
            for (int i = 0; i < FEW; i++) {
                if (from.trySend(frames.get(number))) {
                    sent[number] += IP_BYTES;
                }
            }
        }

        private void settle(int number) throws KernelException {
            long patience = clock.nanos() + SECOND;
            drain();
            while (!isSettled(number)) {
                assertThat(clock.nanos()).as("frames are under way").isLessThan(patience);
                Libc.poll(waiting, 1, 1);
                drain();
            }
        }

        /** Whether every frame was dropped by the policy or came out. */
        private boolean isSettled(int number) {
            Traffic traffic = dataPlane.read(number + 1, address(number)).orElseThrow();
            long passed = up ? traffic.uploadBytes() : traffic.downloadBytes();
            long dropped = up ? traffic.uploadDroppedBytes() : traffic.downloadDroppedBytes();
            return passed + dropped == sent[number] && passed == bytes[number];
        }

        private void drain() {
            to.poll(
                    (port, memory, offset, length) -> {
                        if (length > IP_BYTES) {
                            int octet = memory.get(JAVA_BYTE, offset + length - IP_BYTES + addressAt);
                            bytes[octet - FIRST_OCTET] += IP_BYTES;
                        }
                    },
                    4096);
        }

        @Override
        public void close() throws KernelException {
            to.close();
        }
    }

    @Test
    void twentySubscribersAtOnceSendWithinTwoPercentOfTheirRates() throws Exception {
        checkTwenty(true);
    }

    @Test
    void twentySubscribersAtOnceReceiveWithinTwoPercentOfTheirRates() throws Exception {
        checkTwenty(false);
    }

    private void checkTwenty(boolean up) throws Exception {
        XdpDataPlane dataPlane = ends.start();
        for (int number = 0; number < SUBSCRIBERS; number++) {
            dataPlane.install(entry(number, rate(number)));
        }
        try (Way way = new Way(dataPlane, up)) {
            double[] rates = way.run(SUBSCRIBERS, 5);
            for (int number = 0; number < SUBSCRIBERS; number++) {
                assertThat(rates[number])
                        .as("subscriber %d", number)
                        .isCloseTo((double) rate(number), Percentage.withPercentage(2));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void changedRateHoldsWithinASecondInBothDirections(boolean up) throws Exception {
        XdpDataPlane dataPlane = ends.start();
        dataPlane.install(entry(0, 100 * MEGABIT));
        try (Way way = new Way(dataPlane, up)) {
            way.run(1, 0.5);
            dataPlane.install(entry(0, 10 * MEGABIT));
            way.run(1, 1);
            assertThat(way.run(1, 1)[0]).isCloseTo(10 * MEGABIT, Percentage.withPercentage(2));
            dataPlane.install(entry(0, 200 * MEGABIT));
            way.run(1, 1);
            assertThat(way.run(1, 1)[0]).isCloseTo(200 * MEGABIT, Percentage.withPercentage(2));
        }
    }
}
