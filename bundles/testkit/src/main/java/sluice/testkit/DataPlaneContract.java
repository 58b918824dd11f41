package sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.EntryId;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.MacAddress;

/** What every data plane must do, proven on its own kernel. A data plane extends it in its own tests. */
@Timeout(60)
public abstract class DataPlaneContract extends TreatmentContract {

    private static final long FLOOD_NANOS = 1_500_000_000L;
    private static final long TICK_NANOS = 10_000_000; // a bucket may rest by the clock of the kernel's tick

    @Test
    void installedSubscriberPassesBothWaysAndIsCounted() throws Exception {
        dataPlane().install(alice());
        assertThat(dataPlane().read(SESSION, ALICE)).contains(Traffic.NONE);
        access.send(up(ALICES_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        core.send(down(ALICE, 200));
        core.send(down(ALICE, 201));
        assertThat(reachesAlice(200)).isTrue();
        assertThat(reachesAlice(201)).isTrue();
        assertThat(traffic()).isEqualTo(new Traffic(1, 100 + HEADERS, 2, 401 + 2 * HEADERS, 0, 0, 0));
        assertThat(dataPlane().entries()).containsExactly(alice());
    }

    @Test
    void countersOfManyAreReadAtOnceInTheirOrder() throws Exception {
        dataPlane().install(alice());
        dataPlane().install(entry(OTHER_SESSION, BOB, BOBS_MAC));
        access.send(up(BOBS_MAC, BOB, 100));
        assertThat(core.receives(frame -> atCore(frame, BOB, 100))).isTrue();
        EntryId first = new EntryId(SESSION, ALICE);
        EntryId second = new EntryId(OTHER_SESSION, BOB);
        List<EntryId> many = new ArrayList<>(Collections.nCopies(100, first));
        many.set(50, second);
        many.set(99, new EntryId(SESSION, BOB));
        List<Optional<Traffic>> expected = new ArrayList<>(Collections.nCopies(100, Optional.of(Traffic.NONE)));
        expected.set(50, Optional.of(new Traffic(1, 100 + HEADERS, 0, 0, 0, 0, 0)));
        expected.set(99, Optional.empty());
        assertThat(dataPlane().readAll(many)).isEqualTo(expected);
        assertThat(dataPlane().readAll(List.of())).isEmpty();
    }

    @Test
    void shortPacketIsCountedWithoutItsPadding() throws Exception {
        dataPlane().install(alice());
        byte[] padded = new byte[60];
        Bytes frame = up(ALICES_MAC, ALICE, 3);
        frame.writeTo(padded, 0);
        access.send(Bytes.adopt(padded));
        eventually(() -> traffic().uploadPackets() == 1);
        assertThat(traffic().uploadBytes()).isEqualTo(3 + HEADERS);
    }

    @Test
    void unknownSourceAndUnknownDestinationAreRefused() throws Exception {
        dataPlane().install(alice());
        access.send(up(BOBS_MAC, BOB, 100));
        access.send(up(ALICES_MAC, FAR, 101));
        access.send(up(ALICES_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        core.send(down(BOB, 103));
        core.send(down(ALICE, 104));
        assertThat(reachesAlice(104)).isTrue();
        assertThat(core.count(frame -> atCore(frame, BOB, 100) || atCore(frame, FAR, 101)))
                .isZero();
        assertThat(access.count(atHome(BOBS_MAC, BOB, 103).or(atHome(ALICES_MAC, BOB, 103))))
                .isZero();
        assertThat(traffic()).isEqualTo(new Traffic(1, 102 + HEADERS, 1, 104 + HEADERS, 0, 0, 0));
    }

    @Test
    void spoofedSourcesAreRefusedAndCounted() throws Exception {
        dataPlane().install(alice());
        dataPlane().install(entry(OTHER_SESSION, BOB, BOBS_MAC));
        access.send(up(BOBS_MAC, ALICE, 100));
        otherAccess.send(up(otherTrunkMac, ALICES_MAC, ALICE, 101));
        eventually(() -> traffic().spoofed() == 2);
        access.send(up(ALICES_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        assertThat(core.count(frame -> atCore(frame, ALICE, 100) || atCore(frame, ALICE, 101)))
                .isZero();
        assertThat(traffic()).isEqualTo(new Traffic(1, 102 + HEADERS, 0, 0, 0, 0, 2));
        assertThat(dataPlane().read(OTHER_SESSION, BOB)).contains(Traffic.NONE);
    }

    @Test
    void stopEndsRunningFlowsAtOnceAndCountersStand() throws Exception {
        dataPlane().install(alice());
        dataPlane().install(entry(OTHER_SESSION, BOB, BOBS_MAC));
        access.send(up(ALICES_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        core.send(down(ALICE, 101));
        assertThat(reachesAlice(101)).isTrue();
        Traffic last = new Traffic(1, 100 + HEADERS, 1, 101 + HEADERS, 0, 0, 0);
        assertThat(dataPlane().stop(SESSION, ALICE)).contains(last);
        access.send(up(ALICES_MAC, ALICE, 102));
        access.send(up(BOBS_MAC, BOB, 103));
        assertThat(core.receives(frame -> atCore(frame, BOB, 103))).isTrue();
        core.send(down(ALICE, 104));
        core.send(down(BOB, 105));
        assertThat(access.receives(atHome(BOBS_MAC, BOB, 105))).isTrue();
        assertThat(core.count(frame -> atCore(frame, ALICE, 102))).isZero();
        assertThat(access.count(atHome(ALICES_MAC, ALICE, 104))).isZero();
        assertThat(dataPlane().stop(SESSION, ALICE)).contains(last);
        assertThat(dataPlane().entries()).contains(alice());
        dataPlane().install(alice());
        access.send(up(ALICES_MAC, ALICE, 106));
        assertThat(reachesCore(106)).isTrue();
        assertThat(dataPlane().remove(SESSION, ALICE))
                .contains(new Traffic(2, 206 + 2 * HEADERS, 1, 101 + HEADERS, 0, 0, 0));
        assertThat(dataPlane().remove(SESSION, ALICE)).isEmpty();
        assertThat(dataPlane().read(SESSION, ALICE)).isEmpty();
        assertThat(dataPlane().stop(SESSION, ALICE)).isEmpty();
    }

    @Test
    void ratesHoldInBothDirections() throws Exception {
        Policer rate = new Policer(8_000_000, 1_000_000); // as much as a machine that is busy elsewhere may hold us up
        dataPlane().install(alice(rate, rate));
        flood(access, up(ALICES_MAC, ALICE, 1372), rate, true);
        flood(core, down(ALICE, 1372), rate, false);
        assertThat(traffic().refused()).isZero();
    }

    /** Offers some times the rate for a second and a half behind the burst; what passes is burst and rate. */
    private void flood(Station from, Bytes frame, Policer policer, boolean upwards) throws Exception {
        double bytesPerNano = policer.bitsPerSecond() / 8e9;
        long bucket = bucketBytes(policer);
        long packet = 1372 + HEADERS;
        long started = clock.nanos();
        long sent = 0;
        while (true) {
            long elapsed = Math.min(clock.nanos() - started, FLOOD_NANOS);
            if (sent * packet < bucket * 1.2 + 3 * bytesPerNano * elapsed) {
                from.send(frame);
                sent++;
            } else if (elapsed == FLOOD_NANOS) {
                break;
            } else {
                from.await(1);
                from.drain();
            }
        }
        long frames = sent;
        eventually(() -> seen(upwards) == frames);
        double most = bucket + bytesPerNano * (clock.nanos() - started + TICK_NANOS) + packet;
        long delivered = upwards ? traffic().uploadBytes() : traffic().downloadBytes();
        assertThat((double) delivered).isBetween(0.95 * (bucket + bytesPerNano * FLOOD_NANOS), most);
        long dropped = upwards ? traffic().uploadDroppedBytes() : traffic().downloadDroppedBytes();
        assertThat(delivered + dropped).isEqualTo(frames * packet);
    }

    private long seen(boolean upwards) {
        Traffic traffic = traffic();
        return upwards
                ? traffic.uploadPackets() + traffic.uploadDropped()
                : traffic.downloadPackets() + traffic.downloadDropped();
    }

    @Test
    void anotherRateLeavesTheCounters() throws Exception {
        Policer rate = new Policer(8_000_000, 30_000);
        dataPlane().install(alice());
        access.send(up(ALICES_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        dataPlane().install(alice(rate, rate));
        assertThat(dataPlane().entries()).containsExactly(alice(rate, rate));
        access.send(up(ALICES_MAC, ALICE, 101));
        assertThat(reachesCore(101)).isTrue();
        dataPlane().install(alice(Policer.UNLIMITED, rate));
        access.send(up(ALICES_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        assertThat(traffic()).isEqualTo(new Traffic(3, 303 + 3 * HEADERS, 0, 0, 0, 0, 0));
    }

    @Test
    void subscriberMovesToAnotherPortAndDevice() throws Exception {
        dataPlane().install(alice());
        SubscriberEntry moved =
                new SubscriberEntry(SESSION, 1, tags(), BOBS_MAC, ALICE, Policer.UNLIMITED, Policer.UNLIMITED);
        dataPlane().install(moved);
        otherAccess.send(up(otherTrunkMac, BOBS_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        core.send(down(ALICE, 101));
        Bytes expected = new EthernetFrame(
                        BOBS_MAC, otherTrunkMac, tags(), EthernetFrame.IP4, hop(udp(SERVER, ALICE, 9000, 101)))
                .encode();
        assertThat(otherAccess.receives(expected::equals)).isTrue();
        access.send(up(ALICES_MAC, ALICE, 102));
        eventually(() -> traffic().spoofed() == 1);
        assertThat(traffic()).isEqualTo(new Traffic(1, 100 + HEADERS, 1, 101 + HEADERS, 0, 0, 1));
    }

    @Test
    void capacityEndsWithANamedRefusal() throws Exception {
        int installed = 0;
        Optional<Reason> refusal = Optional.empty();
        while (refusal.isEmpty() && installed <= 2 * CAPACITY) {
            try {
                dataPlane().install(entry(installed + 1L, FAR.plus(installed), ALICES_MAC));
                installed++;
            } catch (DataPlaneException full) {
                refusal = Optional.of(full.reason());
            }
        }
        assertThat(refusal).contains(Reason.CAPACITY_REACHED);
        dataPlane().remove(1, FAR);
        dataPlane().install(entry(9999, FAR, ALICES_MAC));
        assertThat(dataPlane().entries()).hasSize(installed);
    }

    @Test
    void anotherSessionAtTheAddressIsRefusedUntilTheFirstIsRemoved() throws Exception {
        dataPlane().install(alice());
        dataPlane().stop(SESSION, ALICE);
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> dataPlane().install(entry(OTHER_SESSION, ALICE, BOBS_MAC)))
                .matches(failure -> failure.reason() == Reason.ADDRESS_IN_USE);
        assertThat(dataPlane().remove(OTHER_SESSION, ALICE)).isEmpty();
        dataPlane().remove(SESSION, ALICE);
        dataPlane().install(entry(OTHER_SESSION, ALICE, BOBS_MAC));
        assertThat(dataPlane().read(OTHER_SESSION, ALICE)).contains(Traffic.NONE);
    }

    /** A data plane that cannot do this says so by name. */
    @Test
    void networkBehindASubscriberIsLedToItAndLetInFromItAlone() throws Exception {
        Ip4 host = Ip4.parse("203.0.113.70");
        SubscriberEntry site = site(SESSION, ALICE, ALICES_MAC);
        try {
            dataPlane().install(site);
        } catch (DataPlaneException refusal) {
            assertThat(refusal.reason()).isEqualTo(Reason.UNSUPPORTED);
            return;
        }
        access.send(up(ALICES_MAC, host, 100));
        assertThat(core.receives(frame -> atCore(frame, host, 100))).isTrue();
        core.send(down(host, 101));
        assertThat(access.receives(atHome(ALICES_MAC, host, 101))).isTrue();
        access.send(up(BOBS_MAC, host, 102));
        eventually(() -> traffic().spoofed() == 1);
        assertThat(core.count(frame -> atCore(frame, host, 102))).isZero();
        assertThat(traffic()).isEqualTo(new Traffic(1, 100 + HEADERS, 1, 101 + HEADERS, 0, 0, 1));
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> dataPlane().install(site(OTHER_SESSION, BOB, BOBS_MAC)))
                .matches(failure -> failure.reason() == Reason.CONFLICT);
        running.close();
        running = open(CAPACITY);
        assertThat(dataPlane().entries()).containsExactly(site);
        dataPlane().install(alice());
        core.send(down(host, 103));
        core.send(down(ALICE, 104));
        assertThat(reachesAlice(104)).isTrue();
        assertThat(access.count(atHome(ALICES_MAC, host, 103))).isZero();
    }

    @Test
    void unknownPortIsRefused() {
        SubscriberEntry nowhere =
                new SubscriberEntry(SESSION, 2, tags(), ALICES_MAC, ALICE, Policer.UNLIMITED, Policer.UNLIMITED);
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> dataPlane().install(nowhere))
                .matches(failure -> failure.reason() == Reason.UNKNOWN_PORT);
        assertThat(dataPlane().entries()).isEmpty();
    }

    @Test
    void packetsGoOnWithoutAControlPlaneAndTheNextOneFindsEverything() throws Exception {
        Policer rate = new Policer(800_000_000, 3_000_000);
        dataPlane().install(alice(rate, Policer.UNLIMITED));
        dataPlane().install(entry(OTHER_SESSION, BOB, BOBS_MAC));
        dataPlane().stop(OTHER_SESSION, BOB);
        access.send(up(ALICES_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        running.close();
        access.send(up(ALICES_MAC, ALICE, 101));
        assertThat(reachesCore(101)).isTrue();
        core.send(down(ALICE, 102));
        assertThat(reachesAlice(102)).isTrue();
        running = open(CAPACITY);
        assertThat(dataPlane().entries())
                .containsExactlyInAnyOrder(alice(rate, Policer.UNLIMITED), entry(OTHER_SESSION, BOB, BOBS_MAC));
        access.send(up(BOBS_MAC, BOB, 103));
        access.send(up(ALICES_MAC, ALICE, 104));
        assertThat(reachesCore(104)).isTrue();
        assertThat(core.count(frame -> atCore(frame, BOB, 103)))
                .as("still stopped")
                .isZero();
        assertThat(traffic()).isEqualTo(new Traffic(3, 305 + 3 * HEADERS, 1, 102 + HEADERS, 0, 0, 0));
        dataPlane().remove(SESSION, ALICE);
        dataPlane().remove(OTHER_SESSION, BOB);
        assertThat(dataPlane().entries()).isEmpty();
    }

    @Test
    void blockedSubscriberNeitherSendsNorReceives() throws Exception {
        dataPlane().install(alice(Treatment.PLAIN.withAccess(Treatment.Access.BLOCKED, 0)));
        access.send(up(ALICES_MAC, ALICE, 100));
        core.send(down(ALICE, 101));
        eventually(() -> traffic().refused() == 2);
        dataPlane().install(alice());
        access.send(up(ALICES_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        core.send(down(ALICE, 103));
        assertThat(reachesAlice(103)).isTrue();
        assertThat(core.count(frame -> atCore(frame, ALICE, 100))).isZero();
        assertThat(access.count(atHome(ALICES_MAC, ALICE, 101))).isZero();
        Traffic traffic = traffic();
        assertThat(List.of(traffic.uploadPackets(), traffic.downloadPackets(), traffic.refused()))
                .containsExactly(1L, 1L, 2L);
    }

    @Test
    void looseSubscriberMayChangeItsDeviceAndALoggedOneEverything() throws Exception {
        dataPlane().install(alice(Treatment.PLAIN.withIdentity(Treatment.Identity.LOOSE)));
        access.send(up(BOBS_MAC, ALICE, 100));
        assertThat(reachesCore(100)).isTrue();
        otherAccess.send(up(otherTrunkMac, ALICES_MAC, ALICE, 101));
        eventually(() -> traffic().spoofed() == 1);
        dataPlane().install(alice(Treatment.PLAIN.withIdentity(Treatment.Identity.LOG_ONLY)));
        access.send(up(BOBS_MAC, ALICE, 102));
        assertThat(reachesCore(102)).isTrue();
        access.send(up(ALICES_MAC, ALICE, 103));
        assertThat(reachesCore(103)).isTrue();
        assertThat(traffic().spoofed()).isEqualTo(2);
        assertThat(core.count(frame -> atCore(frame, ALICE, 101))).isZero();
    }

    @Test
    void dhcpOfAnybodyReachesTheControlPlaneAndItsAnswerLeaves() throws Exception {
        Bytes discover = new EthernetFrame(
                        MacAddress.BROADCAST, BOBS_MAC, tags(), EthernetFrame.IP4, udp(Ip4.ANY, Ip4.BROADCAST, 67, 300))
                .encode();
        access.send(discover);
        awaitPunted(discover);
        Bytes packet = udp(GATEWAY, BOB, 68, 300);
        Frame offer =
                new Frame(0, new EthernetFrame(BOBS_MAC, MacAddress.ZERO, tags(), EthernetFrame.IP4, packet).encode());
        assertThat(running.sink().send(offer)).isTrue();
        running.sink().flush();
        Bytes expected = new EthernetFrame(BOBS_MAC, trunkMac, tags(), EthernetFrame.IP4, packet).encode();
        assertThat(access.receives(expected::equals)).isTrue();
    }
}
