package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.dataplane.api.Allowed;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.Garden;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.api.Treatment.Access;
import sluice.net.Bytes;
import sluice.net.InternetChecksum;
import sluice.net.Ip4;
import sluice.net.Ip4Header;
import sluice.net.Ip6;
import sluice.net.MacAddress;
import sluice.net.UdpDatagram;
import sluice.net.WireWriter;

/** Subscribers who may not go everywhere: what passes, what is refused, and what the portal gets, byte by byte. */
final class GardenTest {

    private static final int GARDEN = 5;
    private static final int SYN = 2;
    private static final int ACK = 0x10;
    private static final Ip4 NAME_SERVER = Ip4.parse("192.0.2.53");
    private static final Ip4 PORTAL = Ip4.parse("192.0.2.10");
    private static final Ip4 ELSEWHERE = Ip4.parse("203.0.113.80");
    private static final Ip4 BANK = Ip4.parse("10.1.2.3");
    private static final int PORTAL_PORT = 8080;
    private static final int TTL_AT = 8;

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

    static List<Line> lines() {
        return Line.all();
    }

    private void install(Access access) throws Exception {
        Treatment treatment = Treatment.PLAIN.withAccess(access, access == Access.WALLED ? GARDEN : 0);
        bench.subscribers()
                .install(new SubscriberEntry(
                        1,
                        0,
                        Packets.DOUBLE,
                        Packets.SUBSCRIBER_MAC,
                        0,
                        Packets.SUBSCRIBER,
                        List.of(),
                        Policer.UNLIMITED,
                        Policer.UNLIMITED,
                        treatment));
    }

    private void walled(String... allowed) throws Exception {
        bench.gardens().write(List.of(garden(GARDEN, allowed)));
        install(Access.WALLED);
    }

    private static Garden garden(int id, String... allowed) {
        return new Garden(
                id,
                Arrays.stream(allowed).map(Allowed::parse).toList(),
                Optional.of(new Garden.Portal(PORTAL, PORTAL_PORT)));
    }

    private Traffic traffic() {
        return bench.subscribers().read(1, Packets.SUBSCRIBER).orElseThrow();
    }

    private Bench.Result up(Bytes packet) throws Exception {
        return bench.access(Packets.ip(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, Packets.DOUBLE, packet));
    }

    private Bench.Result down(Bytes packet) throws Exception {
        return bench.core(Packets.ip(Packets.CORE_MAC, Packets.NEXT_HOP_MAC, Packets.UNTAGGED, packet));
    }

    private static Bytes forwardedUp(Bytes packet) {
        return Packets.ip(Packets.NEXT_HOP_MAC, Packets.CORE_MAC, Packets.UNTAGGED, Packets.hop(packet));
    }

    private static Bytes forwardedDown(Bytes packet) {
        return Packets.ip(Packets.SUBSCRIBER_MAC, Packets.GATEWAY_MAC, Packets.DOUBLE, Packets.hop(packet));
    }

    private static Bytes udp(Ip4 source, int sourcePort, Ip4 destination, int destinationPort) {
        return new UdpDatagram(sourcePort, destinationPort, Bytes.utf8("question")).toPacket(source, destination);
    }

    /** A segment of TCP with right checksums (RFC 9293, 3.1). */
    private static Bytes tcp(Ip4 source, int sourcePort, Ip4 destination, int destinationPort, int flags) {
        return tcp(source, sourcePort, destination, destinationPort, flags, Bytes.utf8("GET / HTTP/1.1"));
    }

    private static Bytes tcp(
            Ip4 source, int sourcePort, Ip4 destination, int destinationPort, int flags, Bytes payload) {
        Bytes ports = Bytes.of(sourcePort >> 8, sourcePort & 0xff, destinationPort >> 8, destinationPort & 0xff);
        Bytes numbers = Bytes.fromHex("0102030405060708").plus(Bytes.of(0x50, flags, 0x20, 0));
        Bytes rest = Bytes.of(0, 0).plus(payload);
        int length = ports.length() + numbers.length() + 2 + rest.length();
        Bytes pseudo = source.toBytes().plus(destination.toBytes()).plus(Bytes.of(0, 6, length >> 8, length & 0xff));
        int sum = InternetChecksum.of(
                pseudo.plus(ports).plus(numbers).plus(Bytes.of(0, 0)).plus(rest));
        Bytes segment = ports.plus(numbers).plus(Bytes.of(sum >> 8, sum & 0xff)).plus(rest);
        WireWriter out = new WireWriter(2048);
        Ip4Header.of(Ip4Header.TCP, source, destination, segment.length()).encode(out);
        return out.bytes(segment).toBytes();
    }

    /** The packet as a fragment: flags and offset as on the wire. */
    private static Bytes fragment(Bytes packet, int flagsAndOffset) {
        Bytes changed = Packets.with(Packets.with(packet, 6, flagsAndOffset >> 8), 7, flagsAndOffset & 0xff);
        Bytes open = Packets.with(Packets.with(changed, 10, 0), 11, 0);
        int sum = InternetChecksum.of(open.slice(0, 20));
        return Packets.with(Packets.with(open, 10, sum >> 8), 11, sum & 0xff);
    }

    private static void assertRefused(Bench.Result result, Verdict verdict) {
        assertThat(result.verdict()).isEqualTo(verdict);
        assertThat(result.action()).isEqualTo(Bench.DROP);
    }

    @Test
    void blockedSubscriberNeitherSendsNorReceivesAndIsStillServed() throws Exception {
        install(Access.BLOCKED);
        assertRefused(bench.access(Packets.up(Packets.DOUBLE, 100)), Verdict.BLOCKED_UP);
        assertRefused(bench.core(Packets.down(100)), Verdict.BLOCKED_DOWN);
        assertThat(traffic().refused()).isEqualTo(2);
        assertThat(traffic().uploadPackets() + traffic().downloadPackets()).isZero();
        assertThat(bench.access(Packets.dhcp(Packets.DOUBLE, 300)).verdict()).isEqualTo(Verdict.PUNT_UNHEARD);
        Bytes renewal = Packets.udp(Packets.SUBSCRIBER, Packets.GATEWAY, 67, 300);
        assertThat(up(renewal).verdict()).isEqualTo(Verdict.PUNT_UNHEARD);
        Bytes question = Packets.arp(MacAddress.BROADCAST, Packets.DOUBLE, 1, Packets.SUBSCRIBER, Packets.GATEWAY);
        assertThat(bench.access(question).verdict()).isEqualTo(Verdict.ARP_ANSWERED);
    }

    @Test
    void subscriberWhoIsNoLongerBlockedGoesOn() throws Exception {
        install(Access.BLOCKED);
        bench.access(Packets.up(Packets.DOUBLE, 100));
        install(Access.OPEN);
        assertThat(bench.access(Packets.up(Packets.DOUBLE, 100)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(traffic().refused()).isEqualTo(1);
    }

    @Test
    void whatIsAllowedPassesUnchangedBothWays() throws Exception {
        walled("192.0.2.53 udp/53", "10.0.0.0/8 tcp/443", "198.51.100.0/24 icmp");
        Bytes question = udp(Packets.SUBSCRIBER, 5000, NAME_SERVER, 53);
        Bytes answer = udp(NAME_SERVER, 53, Packets.SUBSCRIBER, 5000);
        assertThat(up(question).frame()).isEqualTo(forwardedUp(question));
        assertThat(down(answer).frame()).isEqualTo(forwardedDown(answer));
        Bytes secure = tcp(Packets.SUBSCRIBER, 5000, BANK, 443, SYN);
        Bytes reply = tcp(BANK, 443, Packets.SUBSCRIBER, 5000, SYN | ACK);
        assertThat(up(secure).frame()).isEqualTo(forwardedUp(secure));
        assertThat(down(reply).frame()).isEqualTo(forwardedDown(reply));
        assertThat(traffic().refused()).isZero();
    }

    @Test
    void otherAddressesPortsAndProtocolsAreRefusedBothWays() throws Exception {
        walled("192.0.2.53 udp/53", "10.0.0.0/8 tcp/443-445");
        List<Bytes> sent = List.of(
                udp(Packets.SUBSCRIBER, 5000, NAME_SERVER, 54),
                udp(Packets.SUBSCRIBER, 53, ELSEWHERE, 53),
                tcp(Packets.SUBSCRIBER, 5000, NAME_SERVER, 53, SYN),
                tcp(Packets.SUBSCRIBER, 5000, BANK, 442, SYN),
                tcp(Packets.SUBSCRIBER, 5000, BANK, 446, SYN),
                tcp(Packets.SUBSCRIBER, 5000, ELSEWHERE, 443, SYN));
        for (Bytes packet : sent) {
            assertRefused(up(packet), Verdict.WALLED_UP);
        }
        List<Bytes> received = List.of(
                udp(NAME_SERVER, 54, Packets.SUBSCRIBER, 53),
                tcp(BANK, 80, Packets.SUBSCRIBER, 443, ACK),
                tcp(ELSEWHERE, 80, Packets.SUBSCRIBER, 5000, ACK));
        for (Bytes packet : received) {
            assertRefused(down(packet), Verdict.WALLED_DOWN);
        }
        assertThat(traffic().refused()).isEqualTo(sent.size() + received.size());
        assertThat(traffic().uploadPackets()).isZero();
    }

    @Test
    void longerPrefixAddsToWhatTheShorterOneAllows() throws Exception {
        walled("10.0.0.0/8 tcp/443", "10.1.0.0/16 udp/53", "10.1.2.3 any");
        assertThat(up(tcp(Packets.SUBSCRIBER, 1, Ip4.parse("10.1.9.9"), 443, SYN))
                        .verdict())
                .isEqualTo(Verdict.FORWARDED_UP);
        assertThat(up(udp(Packets.SUBSCRIBER, 1, Ip4.parse("10.1.9.9"), 53)).verdict())
                .isEqualTo(Verdict.FORWARDED_UP);
        assertRefused(up(udp(Packets.SUBSCRIBER, 1, Ip4.parse("10.2.0.1"), 53)), Verdict.WALLED_UP);
        assertThat(up(udp(Packets.SUBSCRIBER, 1, BANK, 9)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
    }

    @Test
    void everythingOfIp6IsNothingOfIp4() throws Exception {
        walled("::/0 any");
        assertRefused(up(udp(Packets.SUBSCRIBER, 1, BANK, 9)), Verdict.WALLED_UP);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void wallsStandForIp6Too(Line line) throws Exception {
        bench.gardens().write(List.of(garden(GARDEN, "2001:db8:ffff::/48 udp/9000", "2001:db8:ffff::7 udp/40000")));
        Policer free = Policer.UNLIMITED;
        bench.subscribers()
                .install(Packets6.entry(line, free, free, Treatment.PLAIN.withAccess(Access.WALLED, GARDEN)));
        Bytes question = Packets6.udp(Packets6.HOST, Packets6.SERVER, 9000, 10);
        Bytes answer = Packets6.udp(Packets6.SERVER, Packets6.HOST, 7, 10); // from port 40000
        assertThat(bench.access(Packets6.up(line, question)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(bench.core(Packets6.down(answer)).frame()).isEqualTo(Packets6.toLine(line, Packets6.hop(answer)));
        Ip6 neighbour = Ip6.parse("2001:db8:ffff::8");
        Ip6 stranger = Ip6.parse("2001:db8:fffe::7");
        for (Bytes packet : List.of(
                Packets6.udp(Packets6.HOST, Packets6.SERVER, 9001, 10),
                Packets6.udp(Packets6.HOST, stranger, 9000, 10),
                Packets6.syn(Packets6.HOST, Packets6.SERVER, 1200),
                Packets6.fragment(question, 0, true))) {
            assertRefused(bench.access(Packets6.up(line, packet)), Verdict.WALLED_UP);
        }
        assertRefused(bench.core(Packets6.down(Packets6.udp(neighbour, Packets6.HOST, 9000, 10))), Verdict.WALLED_DOWN);
        assertThat(bench.subscribers()
                        .read(Line.SESSION, Packets.SUBSCRIBER)
                        .orElseThrow()
                        .refused())
                .isEqualTo(5);
        bench.subscribers().install(Packets6.entry(line, free, free, Treatment.PLAIN.withAccess(Access.BLOCKED, 0)));
        assertRefused(bench.access(Packets6.up(line, question)), Verdict.BLOCKED_UP);
        assertRefused(bench.core(Packets6.down(answer)), Verdict.BLOCKED_DOWN);
    }

    @Test
    void laterFragmentFollowsItsFirst() throws Exception {
        walled("10.0.0.0/8 udp/53");
        Bytes packet = udp(Packets.SUBSCRIBER, 1, BANK, 53);
        assertThat(up(fragment(packet, 0x2000)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(up(fragment(packet, 0x0010)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertRefused(up(fragment(udp(Packets.SUBSCRIBER, 1, ELSEWHERE, 53), 0x0010)), Verdict.WALLED_UP);
        assertRefused(up(fragment(tcp(Packets.SUBSCRIBER, 1, ELSEWHERE, 80, SYN), 0x2000)), Verdict.WALLED_UP);
    }

    @Test
    void webOfEverybodyElseIsThePortalsBothWays() throws Exception {
        walled("192.0.2.53 udp/53");
        Bench.Result asked = up(tcp(Packets.SUBSCRIBER, 5000, ELSEWHERE, 80, SYN));
        assertThat(asked.verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(asked.frame()).isEqualTo(forwardedUp(tcp(Packets.SUBSCRIBER, 5000, PORTAL, PORTAL_PORT, SYN)));
        Bench.Result answered = down(tcp(PORTAL, PORTAL_PORT, Packets.SUBSCRIBER, 5000, SYN | ACK));
        assertThat(answered.verdict()).isEqualTo(Verdict.FORWARDED_DOWN);
        assertThat(answered.frame()).isEqualTo(forwardedDown(tcp(ELSEWHERE, 80, Packets.SUBSCRIBER, 5000, SYN | ACK)));
        assertThat(up(tcp(Packets.SUBSCRIBER, 5000, ELSEWHERE, 80, ACK)).frame())
                .isEqualTo(forwardedUp(tcp(Packets.SUBSCRIBER, 5000, PORTAL, PORTAL_PORT, ACK)));
        assertThat(traffic().refused()).isZero();
    }

    @ParameterizedTest
    @MethodSource("lines")
    void everyLineHasTheSameWalls(Line line) throws Exception {
        bench.gardens().write(List.of(garden(GARDEN)));
        bench.subscribers().install(line.entry(Treatment.PLAIN.withAccess(Access.WALLED, GARDEN)));
        Bytes asked = tcp(Packets.SUBSCRIBER, 5000, ELSEWHERE, 80, SYN);
        Bytes answered = tcp(PORTAL, PORTAL_PORT, Packets.SUBSCRIBER, 5000, SYN | ACK);
        assertThat(bench.access(line.up(asked)).frame())
                .isEqualTo(forwardedUp(tcp(Packets.SUBSCRIBER, 5000, PORTAL, PORTAL_PORT, SYN)));
        assertThat(bench.core(Line.fromCore(answered)).frame())
                .isEqualTo(line.down(Packets.hop(tcp(ELSEWHERE, 80, Packets.SUBSCRIBER, 5000, SYN | ACK))));
        assertRefused(bench.access(line.up(udp(Packets.SUBSCRIBER, 1, BANK, 9))), Verdict.WALLED_UP);
        bench.subscribers().install(line.entry(Treatment.PLAIN.withAccess(Access.BLOCKED, 0)));
        assertRefused(bench.access(line.up(asked)), Verdict.BLOCKED_UP);
        assertRefused(bench.core(Line.fromCore(answered)), Verdict.BLOCKED_DOWN);
    }

    @Test
    void checksumsAreRightForEveryAddress() throws Exception {
        walled();
        for (int i = 1; i < 500; i++) {
            Ip4 meant = new Ip4(0x0b00_0000 + i * 0x0031_7f0d);
            Bench.Result asked = up(tcp(Packets.SUBSCRIBER, 1000 + i, meant, 80, SYN));
            assertThat(asked.frame())
                    .isEqualTo(forwardedUp(tcp(Packets.SUBSCRIBER, 1000 + i, PORTAL, PORTAL_PORT, SYN)));
            assertThat(down(tcp(PORTAL, PORTAL_PORT, Packets.SUBSCRIBER, 1000 + i, ACK))
                            .frame())
                    .isEqualTo(forwardedDown(tcp(meant, 80, Packets.SUBSCRIBER, 1000 + i, ACK)));
        }
    }

    /** The packet with another octet in its header and the checksum that goes with it. */
    private static Bytes header(Bytes packet, int at, int value) {
        return fragment(Packets.with(packet, at, value), 0x4000);
    }

    private static void assertTold(Bench.Result told, int head, Ip4 sender, Bytes quoted, Verdict verdict) {
        assertThat(told.verdict()).isEqualTo(verdict);
        Bytes error = told.frame().slice(head);
        assertThat(error.slice(16, 4)).as("who is told").isEqualTo(sender.toBytes());
        assertThat(error.slice(28, 28)).as("of what").isEqualTo(quoted.slice(0, 28));
    }

    @Test
    void portalIsToldOfItsOwnSegmentThatIsTooLargeOrTooOld() throws Exception {
        walled();
        up(tcp(Packets.SUBSCRIBER, 5000, ELSEWHERE, 80, SYN));
        Bytes page = Bytes.copyOf(new byte[Bench.MTU]);
        Bytes large = fragment(tcp(PORTAL, PORTAL_PORT, Packets.SUBSCRIBER, 5000, ACK, page), 0x4000);
        assertTold(down(large), 14, PORTAL, large, Verdict.FRAGMENTATION_NEEDED);
        Bytes old = header(tcp(PORTAL, PORTAL_PORT, Packets.SUBSCRIBER, 5000, ACK), TTL_AT, 1);
        assertTold(down(old), 14, PORTAL, old, Verdict.TIME_EXCEEDED);
        Bytes answer = tcp(PORTAL, PORTAL_PORT, Packets.SUBSCRIBER, 5000, ACK);
        assertThat(down(answer).frame()).isEqualTo(forwardedDown(tcp(ELSEWHERE, 80, Packets.SUBSCRIBER, 5000, ACK)));
    }

    @Test
    void browserIsToldOfItsOwnSegmentThatIsTooLargeOrTooOld() throws Exception {
        walled();
        up(tcp(Packets.SUBSCRIBER, 5000, ELSEWHERE, 80, SYN));
        Bytes form = Bytes.copyOf(new byte[1480]);
        Bytes large = fragment(tcp(Packets.SUBSCRIBER, 5000, ELSEWHERE, 80, ACK, form), 0x4000);
        assertTold(up(large), 14 + 8, Packets.SUBSCRIBER, large, Verdict.FRAGMENTATION_NEEDED);
        Bytes old = header(tcp(Packets.SUBSCRIBER, 5001, ELSEWHERE, 80, SYN), TTL_AT, 1);
        assertTold(up(old), 14 + 8, Packets.SUBSCRIBER, old, Verdict.TIME_EXCEEDED);
    }

    @Test
    void portalItselfIsReachedAsItIs() throws Exception {
        walled();
        up(tcp(Packets.SUBSCRIBER, 5000, ELSEWHERE, 80, SYN));
        Bytes direct = tcp(Packets.SUBSCRIBER, 5000, PORTAL, PORTAL_PORT, SYN);
        assertThat(up(direct).frame()).isEqualTo(forwardedUp(direct));
        Bytes answer = tcp(PORTAL, PORTAL_PORT, Packets.SUBSCRIBER, 5000, SYN | ACK);
        assertThat(down(answer).frame()).isEqualTo(forwardedDown(answer));
        assertRefused(up(tcp(Packets.SUBSCRIBER, 5000, PORTAL, 22, SYN)), Verdict.WALLED_UP);
    }

    @Test
    void webThatIsAllowedIsNotThePortals() throws Exception {
        walled("10.0.0.0/8 tcp/80");
        Bytes asked = tcp(Packets.SUBSCRIBER, 5000, BANK, 80, SYN);
        assertThat(up(asked).frame()).isEqualTo(forwardedUp(asked));
    }

    @Test
    void connectionFromTheSamePortToAnotherServerTakesOver() throws Exception {
        walled();
        up(tcp(Packets.SUBSCRIBER, 5000, ELSEWHERE, 80, SYN));
        assertRefused(up(tcp(Packets.SUBSCRIBER, 5000, BANK, 80, ACK)), Verdict.WALLED_UP);
        assertThat(up(tcp(Packets.SUBSCRIBER, 5000, BANK, 80, SYN)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        assertThat(down(tcp(PORTAL, PORTAL_PORT, Packets.SUBSCRIBER, 5000, SYN | ACK))
                        .frame())
                .isEqualTo(forwardedDown(tcp(BANK, 80, Packets.SUBSCRIBER, 5000, SYN | ACK)));
    }

    @Test
    void gardenWithoutPortalRefusesTheWeb() throws Exception {
        bench.gardens().write(List.of(new Garden(GARDEN, List.of(Allowed.parse("10.0.0.0/8")), Optional.empty())));
        install(Access.WALLED);
        assertRefused(up(tcp(Packets.SUBSCRIBER, 5000, ELSEWHERE, 80, SYN)), Verdict.WALLED_UP);
        assertThat(up(tcp(Packets.SUBSCRIBER, 5000, BANK, 80, SYN)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
    }

    @Test
    void gardenThatDoesNotExistLeadsNowhere() throws Exception {
        bench.gardens().write(List.of(garden(GARDEN + 1, "0.0.0.0/0 any")));
        install(Access.WALLED);
        assertRefused(up(udp(Packets.SUBSCRIBER, 1, BANK, 9)), Verdict.WALLED_UP);
        assertRefused(up(tcp(Packets.SUBSCRIBER, 1, BANK, 80, SYN)), Verdict.WALLED_UP);
        assertRefused(down(udp(BANK, 9, Packets.SUBSCRIBER, 1)), Verdict.WALLED_DOWN);
    }

    @Test
    void gardensStayOverARestartAndAreReplacedAsAWhole() throws Exception {
        walled("10.0.0.0/8 any", "2001:db8::/32 tcp/443");
        GardenTable next = bench.gardens();
        assertThat(next.size()).isEqualTo(3);
        assertThat(up(udp(Packets.SUBSCRIBER, 1, BANK, 9)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        next.write(List.of(garden(GARDEN, "203.0.113.0/24 udp/9")));
        assertThat(next.size()).isEqualTo(2);
        assertRefused(up(udp(Packets.SUBSCRIBER, 1, BANK, 9)), Verdict.WALLED_UP);
        assertThat(up(udp(Packets.SUBSCRIBER, 1, ELSEWHERE, 9)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
        next.write(List.of());
        assertThat(next.size()).isZero();
    }

    @Test
    void moreThanFitsIsRefusedByNameAndChangesNothing() throws Exception {
        walled("10.0.0.0/8 any");
        String[] many =
                IntStream.range(1, 10).mapToObj(port -> "10.0.0.1 tcp/" + port).toArray(String[]::new);
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> bench.gardens().write(List.of(garden(GARDEN, many))))
                .matches(failure -> failure.reason() == Reason.CAPACITY_REACHED)
                .withMessageContaining("at most 8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.gardens().write(List.of(garden(GARDEN), garden(GARDEN))));
        assertThat(up(udp(Packets.SUBSCRIBER, 1, BANK, 9)).verdict()).isEqualTo(Verdict.FORWARDED_UP);
    }

    @Test
    void rulesAreReadAsAnOperatorWritesThemOrRefused() {
        assertThat(Allowed.parse("2001:db8::/32 udp/5000-5010").last()).isEqualTo(5010);
        assertThat(Allowed.parse("192.0.2.1").destination()).hasToString("::ffff:c000:201/128");
        for (String wrong : List.of(
                "",
                "10.0.0.1/8 tcp/80",
                "10.0.0.0/8 tcp/80-70",
                "10.0.0.0/8 tcp/99999",
                "10.0.0.0/8 icmp/3",
                "10.0.0.0/8 any/1",
                "10.0.0.0/8 gre",
                "10.0.0.0/8 tcp/",
                "10.0.0.0/8 tcp 80",
                "example.com tcp/80")) {
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> Allowed.parse(wrong));
        }
        for (String wrong : List.of("", "10.0.0.1", "10.0.0.1:0", "10.0.0.1:x", ":80", "10.0.0.1:70000")) {
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> Garden.Portal.parse(wrong));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> garden(0));
    }

    @Test
    void rulesLieAsInC() {
        BpfObject object = BpfObject.ofBundle();
        Btf btf = object.btf();
        Function<String, Map<String, Integer>> offsets =
                name -> btf.members(btf.find(Btf.STRUCT, name).orElseThrow()).stream()
                        .collect(Collectors.toMap(Btf.Member::name, Btf.Member::offset));
        assertThat(object.map("garden_allowed").keySize()).isEqualTo(GardenTable.KEY_BYTES);
        assertThat(object.map("garden_allowed").valueSize()).isEqualTo(GardenTable.VALUE_BYTES);
        assertThat(object.map("garden_portals").valueSize()).isEqualTo(GardenTable.PORTAL_BYTES);
        assertThat(offsets.apply("allowed_key"))
                .isEqualTo(Map.of(
                        "bits", 0,
                        "garden", GardenTable.GARDEN_AT,
                        "family", GardenTable.FAMILY_AT,
                        "address", GardenTable.ADDRESS_AT));
        assertThat(offsets.apply("allowed")).isEqualTo(Map.of("count", 0, "ranges", GardenTable.RANGES_AT));
        assertThat(offsets.apply("port_range")).isEqualTo(Map.of("first", 0, "last", 2, "protocol", 4, "reserved", 5));
        assertThat(offsets.apply("portal")).isEqualTo(Map.of("address", 0, "port", 4, "reserved", 6));
    }
}
