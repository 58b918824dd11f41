package sluice.coa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressRangeTest {

    @Test
    void rangesOfBothFamiliesHoldTheirAddresses() {
        List<AddressRange> ranges = AddressRange.parse("192.0.2.7, 198.51.100.0/22,2001:db8:8::/45");
        assertThat(holders(ranges, "192.0.2.7")).containsExactly(0);
        assertThat(holders(ranges, "192.0.2.8")).isEmpty();
        assertThat(holders(ranges, "198.51.103.255")).containsExactly(1);
        assertThat(holders(ranges, "198.51.104.0")).isEmpty();
        assertThat(holders(ranges, "2001:db8:f:ffff::1")).containsExactly(2);
        assertThat(holders(ranges, "2001:db8:10::1")).isEmpty();
        assertThat(holders(AddressRange.parse("0.0.0.0/0"), "203.0.113.1")).containsExactly(0);
        assertThat(holders(AddressRange.parse("0.0.0.0/0"), "2001:db8::1")).isEmpty();
    }

    @Test
    void ip4InIp6IsIp4() {
        assertThat(holders(AddressRange.parse("192.0.2.7"), "::ffff:192.0.2.7")).containsExactly(0);
    }

    @Test
    void anythingElseIsRefused() {
        for (String bad :
                List.of("", "192.0.2.7,", "example.net", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/x", "/8")) {
            assertThatIllegalArgumentException().as(bad).isThrownBy(() -> AddressRange.parse(bad));
        }
    }

    private static List<Integer> holders(List<AddressRange> ranges, String address) {
        return ranges.stream()
                .filter(range -> range.contains(InetAddress.ofLiteral(address)))
                .map(ranges::indexOf)
                .toList();
    }
}
