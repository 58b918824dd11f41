package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.testkit.Station;

/** Subscribers with queues of their own in place of policers. */
@Timeout(90)
final class ShapingTest {

    private static final Logger LOG = LoggerFactory.getLogger(ShapingTest.class);
    private static final long MEGABIT = 1_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final int PACKET = 1492;
    private static final int QUEUE_MILLIS = 1000; // so that the queues are never empty on the busiest machine
    private static final long PAUSE_NANOS = 1500 * MEGABIT; // half a second in the bucket, one in the queue
    private static final int SUBSCRIBERS = 20;
    private static final int ATTEMPTS = 3; // who sends is a thread of this machine, which may be busy
    private static final int FEW = 100;
    private static final int CAPACITY = 4096;

    private final MonotonicClock clock = MonotonicClock.system();
    private Ends ends;

    @BeforeEach
    void build() throws Exception {
        ends = new Ends();
    }

    @AfterEach
    void tearDown() {
        if (ends != null) {
            ends.close();
        }
    }

    private LinuxDataPlane start() throws Exception {
        LinuxDataPlane dataPlane = ends.start(Shaping.HTB, CAPACITY, QUEUE_MILLIS);
        ends.closeLater(dataPlane::close);
        return dataPlane;
    }

    /** A bucket longer than this thread ever pauses. */
    private static SubscriberEntry entry(int number, long rate) {
        Policer policer = rate == 0 ? Policer.UNLIMITED : new Policer(rate, rate / 8 / 2);
        return new SubscriberEntry(number + 1, 0, List.of(), mac(number), address(number), policer, policer);
    }

    private static MacAddress mac(int number) {
        return new MacAddress(Ends.ALICES_MAC.value() + number);
    }

    private static Ip4 address(int number) {
        return Ends.ALICE.plus(number);
    }

    private static long rate(int number) {
        return switch (number) {
            case 0 -> 100 * MEGABIT;
            case 1 -> 50 * MEGABIT;
            case 2, 3, 4 -> 10 * MEGABIT;
            default -> 2 * MEGABIT;
        };
    }

    /** One way through the gateway. */
    private final class Way {
        private final LinuxDataPlane dataPlane;
        private final boolean up;
        private final long[] seen = new long[SUBSCRIBERS];
        private final long[] took = new long[SUBSCRIBERS];

        Way(LinuxDataPlane dataPlane, boolean up) {
            this.dataPlane = dataPlane;
            this.up = up;
        }

        private Bytes frame(int number) {
            return up
                    ? ends.up(
                            mac(number),
                            List.of(),
                            EthernetFrame.IP4,
                            Ends.udp(address(number), Ends.SERVER, 9000, PACKET))
                    : ends.down(EthernetFrame.IP4, Ends.udp(Ends.SERVER, address(number), 9000, PACKET));
        }

        private long passed(int number) {
            Traffic traffic = traffic(number);
            return up ? traffic.uploadBytes() : traffic.downloadBytes();
        }

        private long dropped(int number) {
            Traffic traffic = traffic(number);
            return up ? traffic.uploadDropped() : traffic.downloadDropped();
        }

        private Traffic traffic(int number) {
            return dataPlane.read(number + 1, address(number)).orElseThrow();
        }

        /** Sends until the bucket is empty and the queue full. */
        private void fill(int number) {
            long before = dropped(number);
            Station from = up ? ends.access : ends.core;
            Bytes frame = frame(number);
            do {
                for (int i = 0; i < FEW; i++) {
                    from.send(frame);
                }
                long now = clock.nanos();
                took[number] += Math.min(now - seen[number], PAUSE_NANOS);
                seen[number] = now;
            } while (dropped(number) == before);
        }

        /**
         * The rates of the first subscribers, from one full queue to another some seconds later. Of a pause that is
         * longer than bucket and queue together only so much counts, so that the busiest machine finds the same rates.
         */
        double[] run(int subscribers, double seconds) {
            long[] bytes = new long[subscribers];
            for (int number = 0; number < subscribers; number++) {
                fill(number);
                seen[number] = clock.nanos();
                took[number] = 0;
                bytes[number] = passed(number);
            }
            long end = clock.nanos() + (long) (seconds * SECOND);
            while (clock.nanos() < end) {
                for (int number = 0; number < subscribers; number++) {
                    fill(number);
                }
            }
            double[] rates = new double[subscribers];
            for (int number = 0; number < subscribers; number++) {
                fill(number);
                took[number] += clock.nanos() - seen[number];
                rates[number] = (passed(number) - bytes[number]) * 8.0 * SECOND / took[number];
            }
            return rates;
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
        LinuxDataPlane dataPlane = start();
        for (int number = 0; number < SUBSCRIBERS; number++) {
            dataPlane.install(entry(number, rate(number)));
        }
        Way way = new Way(dataPlane, up);
        long before = received(up);
        double[] rates = way.run(SUBSCRIBERS, 5);
        for (int attempt = 1; attempt < ATTEMPTS && !areRight(rates); attempt++) {
            rates = way.run(SUBSCRIBERS, 5);
        }
        for (int number = 0; number < SUBSCRIBERS; number++) {
            assertThat(rates[number])
                    .as("subscriber %d", number)
                    .isCloseTo((double) rate(number), Percentage.withPercentage(2));
        }
        long delivered = 0;
        for (int number = 0; number < SUBSCRIBERS; number++) {
            Traffic last = dataPlane.remove(number + 1, address(number)).orElseThrow();
            delivered += up ? last.uploadPackets() : last.downloadPackets();
        }
        assertThat(received(up) - before).as("what the far end counted").isBetween(delivered, delivered + 50);
    }

    private static boolean areRight(double[] rates) {
        return IntStream.range(0, rates.length).allMatch(number -> Math.abs(rates[number] / rate(number) - 1) < 0.02);
    }

    /** Packets that the device at the far end has got. */
    private long received(boolean up) {
        String file = "/sys/class/net/" + (up ? "net0" : "acc0") + "/statistics/rx_packets";
        // nsenter sees the files of its caller, which has no such device
        String said = (up ? ends.internet : ends.homes)
                .exec("unshare", "--mount", "sh", "-c", "mount -t sysfs sysfs /sys && cat " + file);
        return Long.parseLong(said.strip());
    }

    @Test
    void changedRateHoldsWithinASecond() throws Exception {
        LinuxDataPlane dataPlane = start();
        dataPlane.install(entry(0, 100 * MEGABIT));
        Way way = new Way(dataPlane, false);
        way.run(1, 0.5);
        dataPlane.install(entry(0, 10 * MEGABIT));
        assertThat(way.run(1, 2)[0]).isCloseTo(10 * MEGABIT, Percentage.withPercentage(2));
        dataPlane.install(entry(0, 50 * MEGABIT));
        assertThat(way.run(1, 2)[0]).isCloseTo(50 * MEGABIT, Percentage.withPercentage(2));
    }

    @Test
    void nothingIsLostWhenRatesChangeAndTheGatewayStartsAnew() throws Exception {
        LinuxDataPlane dataPlane = ends.start(Shaping.HTB, CAPACITY);
        int sent = 0;
        for (int round = 0; round < 20; round++) {
            dataPlane.install(entry(0, round % 5 == 4 ? 0 : (10 + round) * MEGABIT));
            sent += send(20);
            if (round == 10) {
                dataPlane.close();
                sent += send(5);
                dataPlane = ends.start(Shaping.HTB, CAPACITY);
            }
        }
        int expected = sent;
        ends.closeLater(dataPlane::close);
        for (int i = 0; i < 100 && ends.access.count(this::isAlices) < expected; i++) {
            ends.access.await(20);
        }
        assertThat(ends.access.count(this::isAlices)).isEqualTo(expected);
        Traffic traffic = dataPlane.read(1, address(0)).orElseThrow();
        assertThat(List.of(traffic.downloadPackets(), traffic.downloadDropped()))
                .containsExactly((long) expected, 0L);
        assertThat(traffic.downloadBytes()).isEqualTo((long) expected * PACKET);
    }

    private int send(int packets) {
        for (int i = 0; i < packets; i++) {
            ends.core.send(ends.down(EthernetFrame.IP4, Ends.udp(Ends.SERVER, address(0), 9000, PACKET)));
        }
        return packets;
    }

    private boolean isAlices(Bytes frame) {
        return frame.length() == 14 + PACKET;
    }

    @Test
    void countersGoOnWhenShapingIsSwitchedOffAndOn() throws Exception {
        LinuxDataPlane shaped = ends.start(Shaping.HTB, CAPACITY);
        shaped.install(entry(0, 10 * MEGABIT));
        send(10);
        assertThat(ends.access.receives(this::isAlices)).isTrue();
        shaped.close();
        LinuxDataPlane policed = ends.start(Shaping.POLICER, CAPACITY);
        assertThat(ends.gateway.exec("tc", "class", "show", "dev", "trunk0")).isEmpty();
        assertThat(policed.read(1, address(0)).orElseThrow().downloadPackets()).isEqualTo(10);
        send(10);
        policed.close();
        LinuxDataPlane again = start();
        assertThat(again.read(1, address(0)).orElseThrow().downloadPackets()).isEqualTo(20);
        send(10);
        for (int i = 0; i < 100 && ends.access.count(this::isAlices) < 30; i++) {
            ends.access.await(20);
        }
        assertThat(again.remove(1, address(0)).orElseThrow().downloadPackets()).isEqualTo(30);
        assertThat(ends.gateway.exec("tc", "class", "show", "dev", "trunk0")).isEmpty();
        assertThat(ends.gateway.exec("tc", "class", "show", "dev", "core0")).isEmpty();
    }

    @Test
    void shapingEndsAtTwoThousandAndSaysSo() throws Exception {
        LinuxDataPlane dataPlane = start();
        long began = clock.nanos();
        for (int number = 0; number < Subscribers.SHAPED_MAX; number++) {
            dataPlane.install(entry(number, 10 * MEGABIT));
        }
        LOG.info("{} shaped subscribers in {} ms", Subscribers.SHAPED_MAX, (clock.nanos() - began) / MEGABIT);
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> dataPlane.install(entry(Subscribers.SHAPED_MAX, 10 * MEGABIT)))
                .withMessageContaining("shaped")
                .matches(failure -> failure.reason() == Reason.CAPACITY_REACHED);
        dataPlane.install(entry(Subscribers.SHAPED_MAX, 0));
        dataPlane.install(entry(0, 0));
        dataPlane.install(entry(Subscribers.SHAPED_MAX, 10 * MEGABIT));
    }
}
