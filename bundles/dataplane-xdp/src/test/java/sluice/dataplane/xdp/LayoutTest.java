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
                .containsEntry("session", 0)
                .containsEntry("address", SubscriberTable.ADDRESS_AT)
                .containsEntry("mac", SubscriberTable.MAC_AT)
                .containsEntry("port", SubscriberTable.PORT_AT)
                .containsEntry("outer_tpid", SubscriberTable.OUTER_TPID_AT)
                .containsEntry("outer_tci", SubscriberTable.OUTER_TCI_AT)
                .containsEntry("inner_tpid", SubscriberTable.INNER_TPID_AT)
                .containsEntry("inner_tci", SubscriberTable.INNER_TCI_AT)
                .containsEntry("up", SubscriberTable.UP_LIMIT_AT)
                .containsEntry("down", SubscriberTable.DOWN_LIMIT_AT);
        assertThat(offsets("limit")).isEqualTo(Map.of("cost", 0, "burst", 4));
    }

    @Test
    void countersLieAsInC() {
        assertThat(size("usage")).isEqualTo(SubscriberTable.USAGE_BYTES);
        assertThat(offsets("usage"))
                .containsEntry("packets", SubscriberTable.PACKETS_AT)
                .containsEntry("bytes", SubscriberTable.BYTES_AT)
                .containsEntry("policed_packets", SubscriberTable.POLICED_PACKETS_AT)
                .containsEntry("spoofed", SubscriberTable.SPOOFED_AT);
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
                        "core", ConfigTable.CORE_AT,
                        "networks", ConfigTable.NETWORKS_AT,
                        "ports", ConfigTable.PORTS_AT));
        assertThat(offsets("core")).isEqualTo(Map.of("ifindex", 0, "mtu", 4, "mac", 8, "next_hop", 14, "resolved", 20));
        assertThat(size("network")).isEqualTo(ConfigTable.NETWORK_BYTES);
        assertThat(offsets("network")).isEqualTo(Map.of("base", 0, "last", 4, "first", 8, "gateway", 12));
        assertThat(size("port")).isEqualTo(ConfigTable.PORT_BYTES);
        assertThat(offsets("port"))
                .isEqualTo(Map.of("ifindex", 0, "mtu", 4, "mac", 8, "reserved", 14, "name", ConfigTable.PORT_NAME_AT));
    }

    @Test
    void verdictsAreTheSameInCAndJava() {
        Map<String, Integer> inC = btf.constants(btf.find(Btf.ENUM, "verdict").orElseThrow());
        Map<String, Integer> inJava = Arrays.stream(Verdict.values())
                .collect(Collectors.toMap(verdict -> "VERDICT_" + verdict.name(), Verdict::id));
        inJava.put("VERDICTS", Verdict.CAPACITY);
        assertThat(new TreeMap<>(inC)).isEqualTo(new TreeMap<>(inJava));
        assertThat(object.map("verdicts").maxEntries()).isEqualTo(Verdict.CAPACITY);
    }

    @Test
    void limitsOfTheTablesAreTheSameInCAndJava() {
        assertThat(object.map("sockets").maxEntries()).isEqualTo(GatewaySettings.PORTS_MAX * 16);
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
