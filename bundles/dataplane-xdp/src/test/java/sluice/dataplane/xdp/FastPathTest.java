package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.LeaseKey;
import sluice.dataplane.api.LeaseTerms;
import sluice.dhcp.JavaPath;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MacAddress;
import sluice.net.VlanTag;
import sluice.session.api.Authorization;
import sluice.session.api.Network;

/** The kernel answers as Java does, byte for byte, or not at all. */
final class FastPathTest {

    private static final long SESSION = 7;
    private static final Duration LEFT = Duration.ofMinutes(10);
    private static final Bytes RELAY = Bytes.fromHex("0105312f302f330204").plus(Bytes.utf8("olt1"));
    private static final Bytes LIST = Bytes.of(1, 3, 6, 15, 28, 42, 51, 58, 59, 119, 121);
    private static final Network NETWORK = new Network(
            "home",
            Ip4Prefix.parse("10.64.0.0/22"),
            Packets.GATEWAY,
            List.of(Ip4.parse("192.0.2.53"), Ip4.parse("192.0.2.54")),
            Optional.of("example.net"),
            List.of(Ip4.parse("192.0.2.123")),
            Duration.ofDays(1),
            Map.of(119, Bytes.fromHex("076578616d706c65036e657400"), 121, Bytes.fromHex("18c000020a400001")));

    private final JavaPath java = new JavaPath(NETWORK, Packets.SUBSCRIBER, Authorization.DEFAULT, false);
    private Bench bench;
    private Leases leases;

    @BeforeEach
    void load() throws Exception {
        Privileged.assume();
        bench = new Bench();
        leases = new Leases(bench.loaded(), true);
    }

    @AfterEach
    void unload() {
        if (bench != null) {
            bench.close();
        }
    }

    @Test
    void answersAreThoseOfJavaForWhateverAClientSends() throws Exception {
        long seed = 20260101;
        Random random = new Random(seed);
        for (int i = 0; i < 3000; i++) {
            Asking asking = new Asking(random);
            learn(asking.renewal().frame());
            for (DhcpClient client : List.of(
                    asking.renewal(), asking.rebinding(), asking.reboot(), asking.selection(), asking.discover())) {
                Bytes frame = client.frame();
                Bench.Result result = bench.access(frame);
                String where = "seed " + seed + ", client " + i + ": " + frame.toHex();
                assertThat(result.verdict()).as(where).isIn(Verdict.FAST_ACK, Verdict.FAST_OFFER);
                assertThat(result.action()).as(where).isEqualTo(Bench.REDIRECT);
                assertThat(result.frame()).as(where).isEqualTo(inJava(frame));
            }
        }
    }

    @Test
    void answerIsThatOfJavaOnShortAndLongRequests() throws Exception {
        for (int size = 0; size <= 548; size += 1) {
            DhcpClient client = renewal();
            client.size = size;
            learn(client.frame());
            assertThat(bench.access(client.frame()).frame())
                    .as("%d bytes", size)
                    .isEqualTo(inJava(client.frame()));
        }
    }

    @Test
    void eachAckIsRecordedAndMovesTheEndOfTheLease() throws Exception {
        learn(renewal().frame());
        assertThat(leases.read(key(), SESSION).orElseThrow().remaining()).isBetween(LEFT.minusSeconds(5), LEFT);
        bench.access(renewal().frame());
        bench.access(renewal().frame());
        bench.access(with(DhcpClient.DISCOVER).frame());
        var lease = leases.read(key(), SESSION).orElseThrow();
        assertThat(lease.answers()).isEqualTo(2);
        assertThat(lease.remaining()).isBetween(Duration.ofDays(1).minusSeconds(5), Duration.ofDays(1));
        assertThat(leases.remove(key(), SESSION))
                .hasValueSatisfying(last -> assertThat(last.answers()).isEqualTo(2));
        assertThat(bench.access(renewal().frame()).verdict()).isEqualTo(Verdict.PUNT_UNHEARD);
    }

    @Test
    void anOfferExtendsNothing() throws Exception {
        learn(renewal().frame());
        bench.access(with(DhcpClient.DISCOVER).frame());
        var lease = leases.read(key(), SESSION).orElseThrow();
        assertThat(lease.answers()).isZero();
        assertThat(lease.remaining()).isLessThanOrEqualTo(LEFT);
    }

    @Test
    void whatDoesNotFitTheLeaseGoesToJava() throws Exception {
        learn(renewal().option(82, RELAY).frame());
        expect(Verdict.FAST_OTHER_TYPE, with(7));
        expect(Verdict.FAST_OTHER_TYPE, with(8));
        expect(Verdict.FAST_OTHER_ADDRESS, ciaddr(Ip4.parse("10.64.0.11")));
        expect(Verdict.FAST_OTHER_ADDRESS, with(DhcpClient.REQUEST));
        expect(Verdict.FAST_OTHER_ADDRESS, with(DhcpClient.REQUEST).option(50, Bytes.fromHex("0a40000b")));
        expect(Verdict.FAST_OTHER_SERVER, renewal().option(54, Bytes.fromHex("0a400002")));
        expect(Verdict.FAST_OTHER_RELAY, renewal().option(82, Bytes.fromHex("010131")));
        expect(Verdict.FAST_OTHER_RELAY, renewal().option(82, Bytes.EMPTY));
        expect(Verdict.FAST_OTHER_WISHES, withoutList(ciaddr(Packets.SUBSCRIBER)));
        expect(
                Verdict.FAST_OTHER_WISHES,
                withoutList(ciaddr(Packets.SUBSCRIBER)).option(55, Bytes.of(3, 1)));
        expect(Verdict.FAST_OTHER_WISHES, renewal().option(51, Bytes.fromHex("00000100")));
    }

    @Test
    void whatIsUnusualGoesToJava() throws Exception {
        learn(renewal().frame());
        expect(Verdict.FAST_UNUSUAL, renewal().option(52, Bytes.of(1)));
        expect(Verdict.FAST_UNUSUAL, renewal().option(55, LIST));
        expect(Verdict.FAST_UNUSUAL, renewal().option(54, Bytes.of(10, 64, 0)));
        expect(Verdict.FAST_UNUSUAL, renewal().option(57, Bytes.of(1)));
        expect(Verdict.FAST_UNUSUAL, renewal().option(1, Bytes.of(255)));
        expect(Verdict.FAST_UNUSUAL, renewal().raw(Bytes.of(12, 200)));
        DhcpClient relayed = renewal();
        relayed.giaddr = Ip4.parse("10.64.0.2");
        expect(Verdict.FAST_UNUSUAL, relayed);
        DhcpClient reply = renewal();
        reply.operation = 2;
        expect(Verdict.FAST_UNUSUAL, reply);
        DhcpClient bootp = renewal();
        bootp.cookie = 1;
        expect(Verdict.FAST_UNUSUAL, bootp);
        DhcpClient forged = renewal();
        forged.sender = MacAddress.parse("02:00:00:00:09:09");
        expect(Verdict.FAST_UNUSUAL, forged);
        Bytes spoilt = renewal().frame();
        spoilt = Packets.with(spoilt, spoilt.length() - 1, 1);
        assertThat(bench.access(spoilt).verdict()).as("checksum").isEqualTo(Verdict.FAST_UNUSUAL);
    }

    @Test
    void everyTruncatedOptionGoesToJava() throws Exception {
        learn(renewal().frame());
        Bytes all = renewal().option(61, Bytes.fromHex("01020000000101")).frame();
        int begin = all.length() - 60;
        for (int length = begin; length < all.length(); length++) {
            DhcpClient client = with(DhcpClient.REQUEST);
            client.options.clear();
            client.ciaddr = Packets.SUBSCRIBER;
            client.raw(all.slice(begin, length - begin));
            Bench.Result result = bench.access(client.frame());
            if (result.action() == Bench.REDIRECT) {
                assertThat(result.frame()).isEqualTo(inJava(client.frame()));
            } else {
                assertThat(result.frame()).isEqualTo(client.frame());
            }
        }
    }

    @Test
    void othersAreNotAnswered() throws Exception {
        learn(renewal().frame());
        DhcpClient other = renewal();
        other.mac = MacAddress.parse("02:00:00:00:01:02");
        other.sender = other.mac;
        expect(Verdict.PUNT_UNHEARD, other);
        for (List<VlanTag> line : List.of(Packets.SINGLE, Packets.UNTAGGED, List.of(new VlanTag(0x88a8, 100)))) {
            DhcpClient elsewhere = renewal();
            elsewhere.tags = line;
            expect(Verdict.PUNT_UNHEARD, elsewhere);
        }
    }

    @Test
    void leaseThatIsOverGoesToJava() throws Exception {
        learn(renewal().frame(), Duration.ZERO);
        expect(Verdict.FAST_EXPIRED, renewal());
        expect(Verdict.FAST_EXPIRED, with(DhcpClient.DISCOVER));
    }

    @Test
    void clientWithoutItsAddressNeedsTheRelayOptionWhereItIsRequired() throws Exception {
        JavaPath strict = new JavaPath(NETWORK, Packets.SUBSCRIBER, Authorization.DEFAULT, true);
        put(
                strict.ask(new Frame(0, renewal().option(82, RELAY).frame()))
                        .terms()
                        .orElseThrow(),
                LEFT);
        expect(Verdict.FAST_OTHER_RELAY, with(DhcpClient.DISCOVER));
        assertThat(bench.access(renewal().frame()).verdict()).isEqualTo(Verdict.FAST_ACK);
        assertThat(bench.access(with(DhcpClient.DISCOVER).option(82, RELAY).frame())
                        .verdict())
                .isEqualTo(Verdict.FAST_OFFER);
    }

    @Test
    void renewalPastTheRelayKeepsWhatTheRelaySaid() throws Exception {
        learn(renewal().option(82, RELAY).frame());
        put(terms(renewal().frame()), LEFT);
        assertThat(bench.access(renewal().option(82, RELAY).frame()).verdict()).isEqualTo(Verdict.FAST_ACK);
    }

    @Test
    void relayOptionMayBeLongAndNoByteOfItMayDiffer() throws Exception {
        int most = 200; // with more the answer would be longer than every client takes
        for (int length = 3; length <= most; length++) {
            byte[] relay = new byte[length];
            Arrays.fill(relay, (byte) 'x');
            relay[0] = 1; // agent circuit id
            relay[1] = (byte) (length - 2);
            Bytes frame = renewal().option(82, Bytes.copyOf(relay)).frame();
            learn(frame);
            Bench.Result result = bench.access(frame);
            assertThat(result.verdict()).as("%d bytes", length).isEqualTo(Verdict.FAST_ACK);
            assertThat(result.frame()).as("%d bytes", length).isEqualTo(inJava(frame));
            relay[2 + (length - 2) * 5 / 7] = 'y';
            expect(Verdict.FAST_OTHER_RELAY, renewal().option(82, Bytes.adopt(relay)));
        }
    }

    @Test
    void nobodyIsAnsweredWhenTheOperatorDoesNotWantIt() throws Exception {
        learn(renewal().frame());
        Leases off = new Leases(bench.loaded(), false);
        expect(Verdict.PUNT_UNHEARD, renewal());
        assertThat(off.put(key(), SESSION, Packets.SUBSCRIBER, terms(renewal().frame()), LEFT))
                .isFalse();
        assertThat(off.all()).containsOnlyKeys(key());
        assertThat(off.remove(key(), SESSION)).isPresent();
        assertThat(off.all()).isEmpty();
    }

    @Test
    void answerThatIsTooLongStaysWithJava() throws Exception {
        LeaseTerms terms = terms(renewal().frame());
        LeaseTerms large = new LeaseTerms(
                terms.server(),
                terms.lease(),
                terms.wish(),
                terms.parameters(),
                Bytes.adopt(new byte[DhcpProfiles.TERMS_MAX + 1]),
                terms.relay(),
                false);
        assertThat(leases.put(key(), SESSION, Packets.SUBSCRIBER, large, LEFT)).isFalse();
        learn(renewal().frame());
        expect(Verdict.FAST_UNUSUAL, renewal().option(61, Bytes.adopt(new byte[250])));
    }

    @Test
    void leasesOfAKilledControlPlaneAreFoundAndStayUntilTheyAreRemoved() throws Exception {
        learn(renewal().frame());
        bench.access(renewal().frame());
        Leases next = new Leases(bench.loaded(), true);
        assertThat(next.all()).containsOnlyKeys(key());
        var found = Objects.requireNonNull(next.all().get(key()));
        assertThat(found.session()).isEqualTo(SESSION);
        assertThat(found.answers()).isEqualTo(1);
        assertThat(found.remaining()).isGreaterThan(Duration.ofHours(23));
        assertThat(found.lease()).isEqualTo(terms(renewal().frame()).lease());
        assertThat(bench.access(renewal().frame()).verdict()).isEqualTo(Verdict.FAST_ACK);
        assertThat(next.remove(key(), SESSION)).isPresent();
        assertThat(next.all()).isEmpty();
    }

    @Test
    void leaseOfAPredecessorIsAnsweredOnItsOwnTermsWhateverComesAfterIt() throws Exception {
        learn(renewal().frame());
        Bytes answer = bench.access(renewal().frame()).frame();
        LeaseTerms terms = terms(renewal().frame());
        Leases next = new Leases(bench.loaded(), true);
        for (int i = 1; i < 4; i++) {
            LeaseTerms other = new LeaseTerms(
                    terms.server(),
                    terms.lease(),
                    terms.wish(),
                    terms.parameters(),
                    Bytes.fromHex("0c010" + i),
                    terms.relay(),
                    false);
            LeaseKey another = new LeaseKey(0, 100, 7 + i, Packets.SUBSCRIBER_MAC);
            assertThat(next.put(another, SESSION + i, Packets.SUBSCRIBER, other, LEFT))
                    .isTrue();
            assertThat(next.remove(another, SESSION + i)).isPresent();
        }
        assertThat(bench.access(renewal().frame()).frame()).isEqualTo(answer);
        assertThat(next.remove(key(), SESSION)).isPresent();
    }

    @Test
    void otherSessionKeepsTheKeyUntilItIsRemoved() throws Exception {
        learn(renewal().frame());
        assertThat(leases.put(key(), 8, Packets.SUBSCRIBER, terms(renewal().frame()), LEFT))
                .isFalse();
        assertThat(leases.remove(key(), 8)).isEmpty();
        assertThat(leases.read(key(), SESSION)).isPresent();
    }

    /** What one client always says, and how its messages differ. */
    private static final class Asking {
        private final Random random;
        private final List<VlanTag> tags;
        private final List<Bytes> always = new ArrayList<>();

        Asking(Random random) {
            this.random = random;
            List<List<VlanTag>> lines = List.of(Packets.DOUBLE, Packets.SINGLE, Packets.UNTAGGED, Packets.OLD_DOUBLE);
            tags = lines.get(random.nextInt(lines.size()));
            if (random.nextInt(4) > 0) {
                List<Integer> codes = new ArrayList<>(List.of(1, 3, 6, 12, 15, 28, 42, 43, 51, 54, 58, 66, 119, 121));
                Collections.shuffle(codes, random);
                Bytes list = Bytes.EMPTY;
                for (int code : codes.subList(0, random.nextInt(codes.size() + 1))) {
                    list = list.plus(Bytes.of(code));
                }
                always.add(Bytes.of(55, list.length()).plus(list));
            }
            add(82, random.nextBoolean() ? RELAY : Bytes.EMPTY);
            add(61, bytes(random.nextInt(20)));
            add(57, random.nextBoolean() ? Bytes.of(2, 64 + random.nextInt(100)) : Bytes.EMPTY);
            add(51, random.nextInt(4) == 0 ? Bytes.of(0, random.nextInt(3), 7, 1) : Bytes.EMPTY);
            add(12, Bytes.utf8("host"));
            add(60, bytes(random.nextInt(40)));
            if (random.nextBoolean()) {
                always.add(Bytes.of(0, 0, 0));
            }
            Collections.shuffle(always, random);
        }

        private void add(int code, Bytes value) {
            if (!value.isEmpty()) {
                always.add(Bytes.of(code, value.length()).plus(value));
            }
        }

        private Bytes bytes(int count) {
            byte[] bytes = new byte[count];
            random.nextBytes(bytes);
            return Bytes.adopt(bytes);
        }

        private DhcpClient message(int type) {
            DhcpClient client = new DhcpClient(type);
            client.tags = tags.stream()
                    .map(tag -> new VlanTag(tag.tpid(), tag.tci() | random.nextInt(8) << 13))
                    .toList();
            client.xid = random.nextInt();
            client.secs = random.nextInt(100);
            client.flags = random.nextBoolean() ? 0x8000 : random.nextInt(4);
            client.size = random.nextBoolean() ? 300 : random.nextInt(400);
            return client;
        }

        private DhcpClient with(DhcpClient client) {
            always.forEach(client::raw);
            return client;
        }

        DhcpClient renewal() {
            DhcpClient client = message(DhcpClient.REQUEST);
            client.ciaddr = Packets.SUBSCRIBER;
            client.unicast = true;
            return with(client);
        }

        DhcpClient rebinding() {
            DhcpClient client = message(DhcpClient.REQUEST);
            client.ciaddr = Packets.SUBSCRIBER;
            return with(client);
        }

        DhcpClient reboot() {
            return with(message(DhcpClient.REQUEST).option(50, Packets.SUBSCRIBER.toBytes()));
        }

        DhcpClient selection() {
            return with(message(DhcpClient.REQUEST)
                    .option(54, Packets.GATEWAY.toBytes())
                    .option(50, Packets.SUBSCRIBER.toBytes()));
        }

        DhcpClient discover() {
            return with(message(DhcpClient.DISCOVER));
        }
    }

    private static DhcpClient with(int type) {
        return new DhcpClient(type).option(55, LIST);
    }

    private static DhcpClient ciaddr(Ip4 address) {
        DhcpClient client = with(DhcpClient.REQUEST);
        client.ciaddr = address;
        return client;
    }

    private static DhcpClient renewal() {
        return ciaddr(Packets.SUBSCRIBER);
    }

    private static DhcpClient withoutList(DhcpClient client) {
        client.options.removeLast();
        return client;
    }

    private static LeaseKey key() {
        return new LeaseKey(0, 100, 7, Packets.SUBSCRIBER_MAC);
    }

    private LeaseTerms terms(Bytes frame) throws Exception {
        return java.ask(new Frame(0, frame)).terms().orElseThrow();
    }

    /** Java has answered this one, and says so to the data plane. */
    private void learn(Bytes frame) throws Exception {
        learn(frame, LEFT);
    }

    private void learn(Bytes frame, Duration remaining) throws Exception {
        List<VlanTag> tags = sluice.net.EthernetFrame.decode(frame).tags();
        LeaseKey key = new LeaseKey(
                0,
                tags.isEmpty() ? 0 : tags.get(0).vid(),
                tags.size() < 2 ? 0 : tags.get(1).vid(),
                Packets.SUBSCRIBER_MAC);
        leases.remove(key, SESSION).ifPresent(gone -> {});
        assertThat(leases.put(key, SESSION, Packets.SUBSCRIBER, terms(frame), remaining))
                .isTrue();
    }

    private void put(LeaseTerms terms, Duration remaining) {
        assertThat(leases.put(key(), SESSION, Packets.SUBSCRIBER, terms, remaining))
                .isTrue();
    }

    /** What Java answers, with the source address that the frame sink puts there. */
    private Bytes inJava(Bytes frame) throws Exception {
        Bytes answer = java.ask(new Frame(0, frame)).frame().orElseThrow();
        return answer.slice(0, 6).plus(Packets.GATEWAY_MAC.toBytes()).plus(answer.slice(12));
    }

    private void expect(Verdict verdict, DhcpClient client) throws Exception {
        Bench.Result result = bench.access(client.frame());
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.action()).isEqualTo(Bench.PASS);
        assertThat(result.frame()).as("Java gets it as it came").isEqualTo(client.frame());
    }
}
