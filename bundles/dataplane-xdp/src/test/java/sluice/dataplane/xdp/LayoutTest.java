package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What Java believes of the structs against what the compiler made of them. */
final class LayoutTest {

    private final BpfObject object = BpfObject.ofBundle();
    private final Btf btf = object.btf();

    @Test
    void subscriberEntryLiesAsInC() {
        assertThat(size("subscriber")).isEqualTo(SubscriberTable.ENTRY_BYTES);
        assertThat(offsets("subscriber"))
                .containsEntry("state", 0)
                .containsEntry("even", SubscriberTable.EVEN_AT)
                .containsEntry("session", SubscriberTable.SESSION_AT)
                .containsEntry("odd", SubscriberTable.ODD_AT)
                .containsEntry("up", SubscriberTable.UP_AT)
                .containsEntry("down", SubscriberTable.DOWN_AT);
    }

    @Test
    void eachDirectionCountsInACacheLineOfItsOwn() {
        assertThat(SubscriberTable.UP_AT % 64).isZero();
        assertThat(SubscriberTable.DOWN_AT % 64).isZero();
        assertThat(size("usage")).isEqualTo(64);
    }

    @Test
    void bindingLiesAsInC() {
        assertThat(size("binding")).isEqualTo(SubscriberTable.BINDING_BYTES);
        assertThat(offsets("binding"))
                .containsEntry("address", 0)
                .containsEntry("flags", SubscriberTable.FLAGS_AT)
                .containsEntry("mtu", SubscriberTable.MTU_AT)
                .containsEntry("mac", SubscriberTable.MAC_AT)
                .containsEntry("port", SubscriberTable.PORT_AT)
                .containsEntry("outer_tpid", SubscriberTable.OUTER_TPID_AT)
                .containsEntry("outer_tci", SubscriberTable.OUTER_TCI_AT)
                .containsEntry("inner_tpid", SubscriberTable.INNER_TPID_AT)
                .containsEntry("inner_tci", SubscriberTable.INNER_TCI_AT)
                .containsEntry("up", SubscriberTable.UP_LIMIT_AT)
                .containsEntry("down", SubscriberTable.DOWN_LIMIT_AT)
                .containsEntry("pppoe_session", SubscriberTable.PPPOE_SESSION_AT)
                .containsEntry("mss", SubscriberTable.MSS_AT)
                .containsEntry("dscp_up", SubscriberTable.DSCP_UP_AT)
                .containsEntry("dscp_down", SubscriberTable.DSCP_DOWN_AT)
                .containsEntry("garden", SubscriberTable.GARDEN_AT)
                .containsEntry("nat_address", SubscriberTable.NAT_AT);
        assertThat(offsets("limit")).isEqualTo(Map.of("cost", 0, "burst", 4));
    }

    @Test
    void countersLieAsInC() {
        assertThat(size("usage")).isEqualTo(SubscriberTable.USAGE_BYTES);
        assertThat(offsets("usage"))
                .containsEntry("packets4", SubscriberTable.PACKETS4_AT)
                .containsEntry("bytes4", SubscriberTable.BYTES4_AT)
                .containsEntry("packets6", SubscriberTable.PACKETS6_AT)
                .containsEntry("bytes6", SubscriberTable.BYTES6_AT)
                .containsEntry("policed_packets", SubscriberTable.POLICED_PACKETS_AT)
                .containsEntry("policed_bytes", SubscriberTable.POLICED_BYTES_AT)
                .containsEntry("refused", SubscriberTable.REFUSED_AT);
    }

    @Test
    void keysBesideTheAddressLieAsInC() {
        assertThat(size("prefix_key")).isEqualTo(PrefixKind.Ip6Keys.BYTES);
        assertThat(offsets("prefix_key")).isEqualTo(Map.of("prefix", 0, "length", PrefixKind.Ip6Keys.LENGTH_AT));
        assertThat(size("route_key")).isEqualTo(PrefixKind.Ip4Keys.BYTES);
        assertThat(offsets("route_key")).isEqualTo(Map.of("length", 0, "address", PrefixKind.Ip4Keys.ADDRESS_AT));
        assertThat(size("pppoe_key")).isEqualTo(PppoeKey.BYTES);
        assertThat(offsets("pppoe_key"))
                .isEqualTo(
                        Map.of("mac", 0, "session", 6, "outer_vlan", 8, "inner_vlan", 10, "port", 12, "reserved", 14));
        assertThat(offsets("pppoe_value")).isEqualTo(Map.of("index", 0, "magic", PppoeIndex.MAGIC_AT));
    }

    @Test
    void settingsLieAsInC() {
        assertThat(size("settings")).isEqualTo(ConfigTable.SETTINGS_BYTES);
        assertThat(size("config")).isEqualTo(ConfigTable.EVEN_AT + 2 * ConfigTable.SETTINGS_BYTES);
        assertThat(offsets("config")).containsEntry("even", ConfigTable.EVEN_AT);
        assertThat(offsets("settings"))
                .isEqualTo(Map.of(
                        "networks_count", 0,
                        "ports_count", 4,
                        "cores_count", ConfigTable.CORES_COUNT_AT,
                        "prefix_lengths", ConfigTable.LENGTHS_AT,
                        "cores", ConfigTable.CORES_AT,
                        "networks", ConfigTable.NETWORKS_AT,
                        "ports", ConfigTable.PORTS_AT));
        assertThat(size("core")).isEqualTo(ConfigTable.CORE_BYTES);
        assertThat(offsets("core"))
                .containsEntry("mac", 8)
                .containsEntry("next_hop", ConfigTable.NEXT_HOP_AT)
                .containsEntry("next_hop6", ConfigTable.NEXT_HOP6_AT)
                .containsEntry("resolved", ConfigTable.RESOLVED_AT)
                .containsEntry("address6", ConfigTable.ADDRESS6_AT);
        assertThat(size("network")).isEqualTo(ConfigTable.NETWORK_BYTES);
        assertThat(offsets("network")).isEqualTo(Map.of("base", 0, "last", 4, "first", 8, "gateway", 12));
        assertThat(size("port")).isEqualTo(ConfigTable.PORT_BYTES);
        assertThat(offsets("port"))
                .isEqualTo(Map.of("ifindex", 0, "mtu", 4, "mac", 8, "reserved", 14, "name", ConfigTable.PORT_NAME_AT));
    }

    @Test
    void leasesLieAsInC() {
        assertThat(size("lease_key")).isEqualTo(LeaseLayout.KEY_BYTES);
        assertThat(offsets("lease_key")).isEqualTo(Map.of("port", 0, "outer_vid", 2, "inner_vid", 4, "mac", 6));
        assertThat(size("lease")).isEqualTo(LeaseLayout.VALUE_BYTES);
        assertThat(offsets("lease"))
                .containsAllEntriesOf(Map.of(
                        "session", 0,
                        "address", LeaseLayout.ADDRESS_AT,
                        "server", LeaseLayout.SERVER_AT,
                        "expiry", LeaseLayout.EXPIRY_AT,
                        "last_answer", LeaseLayout.LAST_ANSWER_AT,
                        "answers", LeaseLayout.ANSWERS_AT,
                        "seconds", LeaseLayout.SECONDS_AT,
                        "profile", LeaseLayout.PROFILE_AT,
                        "flags", LeaseLayout.FLAGS_AT,
                        "relay_bytes", LeaseLayout.RELAY_LENGTH_AT))
                .containsEntry("relay_digest", LeaseLayout.RELAY_DIGEST_AT);
        assertThat(size("dhcp_profile")).isEqualTo(DhcpProfiles.PROFILE_BYTES);
        assertThat(offsets("dhcp_profile"))
                .isEqualTo(Map.of(
                        "wish", 0,
                        "has_wish", 4,
                        "list_bytes", 5,
                        "terms_bytes", 6,
                        "list", DhcpProfiles.LIST_AT,
                        "terms", DhcpProfiles.TERMS_AT));
    }

    @Test
    void verdictsAreTheSameInCAndJava() {
        Map<String, Integer> inC = btf.constants(btf.find(Btf.ENUM, "verdict").orElseThrow());
        Map<String, Integer> inJava = Arrays.stream(Verdict.values())
                .collect(Collectors.toMap(verdict -> "VERDICT_" + verdict.name(), Verdict::id));
        inJava.put("VERDICTS", Verdict.CAPACITY);
        assertThat(new TreeMap<>(inC)).isEqualTo(new TreeMap<>(inJava));
        assertThat(object.map("verdicts").valueSize()).isEqualTo(Verdicts.TALLY_LONGS * Long.BYTES);
    }

    @Test
    void tracesLieAsInC() {
        assertThat(object.map("tracing").valueSize())
                .isEqualTo(TraceTable.TRACES_AT + TraceTable.TRACES * TraceTable.TRACE_BYTES);
        assertThat(size("trace")).isEqualTo(TraceTable.TRACE_BYTES);
        assertThat(offsets("trace"))
                .containsEntry("until", 0)
                .containsEntry("interval", TraceTable.INTERVAL_AT)
                .containsEntry("tolerance", TraceTable.TOLERANCE_AT)
                .containsEntry("limited", TraceTable.LIMITED_AT)
                .containsEntry("lost", TraceTable.LOST_AT)
                .containsEntry("ifindex", TraceTable.IFINDEX_AT)
                .containsEntry("snap", TraceTable.SNAP_AT)
                .containsEntry("mac", TraceTable.MAC_AT)
                .containsEntry("outer_vid", TraceTable.OUTER_VID_AT)
                .containsEntry("inner_vid", TraceTable.INNER_VID_AT)
                .containsEntry("whole_line", TraceTable.WHOLE_LINE_AT)
                .containsEntry("ranges_count", TraceTable.RANGES_COUNT_AT)
                .containsEntry("ranges", TraceTable.RANGES_AT);
        assertThat(size("trace_range")).isEqualTo(TraceTable.RANGE_BYTES);
        assertThat(offsets("trace_event"))
                .isEqualTo(Map.of(
                        "time", 0,
                        "trail", Traces.TRAIL_AT,
                        "traces", Traces.TRACES_AT,
                        "way", Traces.WAY_AT,
                        "snap", Traces.WAY_AT + 2,
                        "length", Traces.LENGTH_AT,
                        "captured", Traces.CAPTURED_AT,
                        "bytes", Traces.HEAD_BYTES));
    }

    @Test
    void limitsOfTheTablesAreTheSameInCAndJava() {
        assertThat(object.map("sockets").maxEntries()).isEqualTo(GatewaySettings.PORTS_MAX * PuntQueues.QUEUES_MAX);
        assertThat(ConfigTable.NETWORKS_AT - ConfigTable.CORES_AT)
                .isEqualTo(GatewaySettings.CORES_MAX * ConfigTable.CORE_BYTES);
        assertThat(ConfigTable.CORES_AT - ConfigTable.LENGTHS_AT).isEqualTo(GatewaySettings.LENGTHS_MAX);
        assertThat(ConfigTable.PORTS_AT - ConfigTable.NETWORKS_AT)
                .isEqualTo(GatewaySettings.NETWORKS_MAX * ConfigTable.NETWORK_BYTES);
    }

    private int size(String struct) {
        return btf.size(btf.find(Btf.STRUCT, struct).orElseThrow());
    }

    private Map<String, Integer> offsets(String struct) {
        return btf.members(btf.find(Btf.STRUCT, struct).orElseThrow()).stream()
                .collect(Collectors.toMap(Btf.Member::name, Btf.Member::offset));
    }
}
