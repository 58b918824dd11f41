package sluice.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.MalformedPacket;
import sluice.testkit.Golden;

class DhcpOptionTest {
    private static final Ip4 ADDRESS = Ip4.parse("10.64.0.1");
    private static final Bytes DATA = Bytes.of(0, 1, 0xff);

    static List<DhcpOption> everyOption() {
        return List.of(
                new DhcpOption.SubnetMask(ADDRESS),
                new DhcpOption.Routers(List.of(ADDRESS, ADDRESS.plus(1))),
                new DhcpOption.DnsServers(List.of(ADDRESS)),
                new DhcpOption.HostName(DATA),
                new DhcpOption.DomainName(DATA),
                new DhcpOption.BroadcastAddress(Ip4.BROADCAST),
                new DhcpOption.NtpServers(List.of(ADDRESS)),
                new DhcpOption.VendorSpecific(DATA),
                new DhcpOption.RequestedAddress(ADDRESS),
                new DhcpOption.LeaseTime(Duration.ofSeconds(0xffff_ffffL)),
                new DhcpOption.MessageType(255),
                new DhcpOption.ServerIdentifier(ADDRESS),
                new DhcpOption.ParameterRequestList(DATA),
                new DhcpOption.Message(DATA),
                new DhcpOption.MaximumSize(65_535),
                new DhcpOption.RenewalTime(Duration.ZERO),
                new DhcpOption.RebindingTime(Duration.ofSeconds(7)),
                new DhcpOption.VendorClass(Bytes.EMPTY),
                new DhcpOption.ClientIdentifier(DATA),
                new RelayAgent(List.of(new RelayAgent.Part(1, DATA), new RelayAgent.Part(255, Bytes.EMPTY))),
                new DomainSearch(List.of(List.of(DATA, DATA), List.of(DATA))),
                new ClasslessRoutes(List.of(new ClasslessRoutes.Route(Ip4Prefix.parse("0.0.0.0/0"), ADDRESS))),
                new DhcpOption.Unknown(224, DATA));
    }

    @ParameterizedTest
    @MethodSource("everyOption")
    void optionComesBack(DhcpOption option) throws MalformedPacket {
        assertThat(OptionDecoder.decode(option.code(), option.value())).isEqualTo(option);
    }

    @ParameterizedTest
    @CsvSource({
        "1,3", "3,0", "3,5", "6,3", "28,5", "42,2", "50,3", "51,5", "53,0", "53,2", "54,8", "57,1", "58,3", "59,0"
    })
    void optionOfAWrongLengthIsRefused(int code, int length) {
        assertRefused(code, Bytes.adopt(new byte[length]));
    }

    @Test
    void valuesOutOfRangeAreRefusedAtBirth() {
        assertThatIllegalArgumentException().isThrownBy(() -> new DhcpOption.LeaseTime(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new DhcpOption.LeaseTime(Duration.ofSeconds(1L << 32)));
        assertThatIllegalArgumentException().isThrownBy(() -> new DhcpOption.MessageType(256));
        assertThatIllegalArgumentException().isThrownBy(() -> new DhcpOption.MaximumSize(65_536));
        assertThatIllegalArgumentException().isThrownBy(() -> new DhcpOption.Unknown(52, DATA));
        assertThatIllegalArgumentException().isThrownBy(() -> new DhcpOption.Unknown(255, DATA));
        assertThatIllegalArgumentException().isThrownBy(() -> new DomainSearch(List.of(List.of())));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DomainSearch(List.of(List.of(Bytes.adopt(new byte[64])))));
    }

    @Test
    void searchListOfTheRfcIsReadAndWrittenWithItsPointer() throws MalformedPacket {
        Bytes golden = Golden.read(DhcpOptionTest.class, "rfc3397-2-search.hex");
        DomainSearch search = DomainSearch.decode(golden);
        assertThat(search.domains())
                .containsExactly(
                        List.of(Bytes.utf8("eng"), Bytes.utf8("apple"), Bytes.utf8("com")),
                        List.of(Bytes.utf8("marketing"), Bytes.utf8("apple"), Bytes.utf8("com")));
        assertThat(search.value()).isEqualTo(golden);
        for (int length = 1; length < golden.length(); length++) {
            if (length != 15) { // the end of the first name
                assertRefused(DhcpOption.DOMAIN_SEARCH, golden.slice(0, length));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"c000", "0161c000", "0161c002", "c0", "4061", "00", "01610001", "0161c1ff", "8000"})
    void searchListWithALoopOrAForwardPointerIsRefused(String hex) {
        assertRefused(DhcpOption.DOMAIN_SEARCH, Bytes.fromHex(hex));
    }

    @Test
    void routesOfTheRfcAreReadAndWritten() throws MalformedPacket {
        Bytes golden = Golden.read(DhcpOptionTest.class, "rfc3442-routes.hex");
        ClasslessRoutes routes = ClasslessRoutes.decode(golden);
        assertThat(routes.routes().stream().map(route -> route.destination().toString()))
                .containsExactly(
                        "0.0.0.0/0",
                        "10.0.0.0/8",
                        "10.17.0.0/16",
                        "10.27.129.0/24",
                        "10.229.0.128/25",
                        "10.198.122.47/32");
        assertThat(routes.routes().getLast().router()).isEqualTo(Ip4.ANY);
        assertThat(routes.value()).isEqualTo(golden);
        assertRefused(DhcpOption.CLASSLESS_ROUTES, Bytes.fromHex("210a4000010a400001"));
        assertRefused(DhcpOption.CLASSLESS_ROUTES, Bytes.fromHex("09 0aff 0a400001".replace(" ", "")));
        assertRefused(DhcpOption.CLASSLESS_ROUTES, golden.slice(0, 4));
    }

    @Test
    void relayOptionKeepsUnknownPartsAndAnyBytes() throws MalformedPacket {
        Bytes wire = Bytes.fromHex("0103002209" + "0200" + "0504c0000201" + "97021234" + "0101ff");
        RelayAgent relay = RelayAgent.decode(wire);
        assertThat(relay.circuitId()).as("the first of a kind counts").isEqualTo(Bytes.of(0, 0x22, 9));
        assertThat(relay.remoteId()).isEqualTo(Bytes.EMPTY);
        assertThat(relay.linkSelection()).contains(Ip4.parse("192.0.2.1"));
        assertThat(relay.value()).isEqualTo(wire);
        assertRefused(DhcpOption.RELAY_AGENT, Bytes.fromHex("01"));
        assertRefused(DhcpOption.RELAY_AGENT, Bytes.fromHex("010500"));
        assertRefused(DhcpOption.RELAY_AGENT, Bytes.fromHex("0503c00002"));
    }

    @Test
    void circuitIdsSeenInTheFieldAreDistinctLines() throws MalformedPacket {
        List<String> ids = List.of(
                "eth 0/1/1:100",
                "eth 1/1/1:100",
                "FSAN:ALCL12345678",
                "access-node-id eth 0/1/1 atm 0/100",
                "agg-01|1/1/1",
                "tower-a:port-5:vlan-100",
                "x".repeat(200));
        List<Object> lines = new ArrayList<>();
        for (String id : ids) {
            RelayAgent relay = new RelayAgent(List.of(new RelayAgent.Part(1, Bytes.utf8(id))));
            Cpe cpe = new Cpe("02:00:00:00:07:01", 7, relay);
            lines.add(DhcpRequest.decode(cpe.discover()).line());
        }
        assertThat(lines).doesNotHaveDuplicates();
    }

    @Test
    void randomValuesGiveAnOptionThatComesBackOrMalformedPacket() {
        SplittableRandom random = new SplittableRandom(20_260_103);
        for (int i = 0; i < 300_000; i++) {
            int code = everyOption().get(random.nextInt(23)).code();
            byte[] value = new byte[random.nextInt(24)];
            for (int at = 0; at < value.length; at++) {
                value[at] = (byte) (random.nextBoolean() ? random.nextInt(6) : random.nextInt());
            }
            try {
                DhcpOption option = OptionDecoder.decode(code, Bytes.adopt(value));
                assertThat(OptionDecoder.decode(code, option.value())).isEqualTo(option);
            } catch (MalformedPacket expected) {
                assertThat(expected.offset()).isGreaterThanOrEqualTo(0);
            }
        }
    }

    @Test
    void lineRatesThatCannotBeReadAreNoReasonToRefuseTheLine() {
        java.util.Map<String, String> attributes = new java.util.TreeMap<>();
        AccessLine.addRates(attributes, Bytes.fromHex("00000de90c8104000f42408204001e8480ff"));
        AccessLine.addRates(attributes, Bytes.fromHex("00000de9ff83"));
        AccessLine.addRates(attributes, Bytes.fromHex("000000090683040000" + "0001"));
        assertThat(attributes)
                .containsOnlyKeys("Actual-Data-Rate-Upstream", "Actual-Data-Rate-Downstream")
                .containsEntry("Actual-Data-Rate-Downstream", "2000000000");
    }

    private static void assertRefused(int code, Bytes value) {
        assertThatExceptionOfType(MalformedPacket.class)
                .as("%s", value)
                .isThrownBy(() -> OptionDecoder.decode(code, value))
                .satisfies(malformed -> assertThat(malformed.reason()).isEqualTo(DhcpFault.BAD_OPTION));
    }
}
