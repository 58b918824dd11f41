package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.net.VlanId;
import sluice.net.VlanTag;

class OfferTest {

    private static final Ip4 ADDRESS = Ip4.parse("10.64.0.10");
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:01:01");
    private static final List<VlanTag> TAGS = List.of(VlanTag.customer(new VlanId(7)));
    private static final List<Ip6Prefix> PREFIXES = List.of(Ip6Prefix.parse("2001:db8::/64"));
    private static final Treatment MARKED = new Treatment(
            Treatment.Identity.STRICT, Treatment.Access.OPEN, 0, OptionalInt.of(46), OptionalInt.empty(), false, 0);

    private static SubscriberEntry entry(
            List<VlanTag> tags, int pppoe, Ip4 address, List<Ip6Prefix> prefixes, Treatment treatment) {
        return new SubscriberEntry(
                1, 0, tags, MAC, pppoe, address, prefixes, Policer.UNLIMITED, Policer.UNLIMITED, treatment);
    }

    @Test
    void whatIsNotDoneIsRefusedByName() {
        refused(entry(TAGS, 0, ADDRESS, List.of(), Treatment.PLAIN), "VLAN");
        refused(entry(List.of(), 5, ADDRESS, List.of(), Treatment.PLAIN), "PPPoE");
        refused(entry(List.of(), 0, Ip4.ANY, List.of(), Treatment.PLAIN), "without an IPv4 address");
        refused(entry(List.of(), 0, ADDRESS, PREFIXES, Treatment.PLAIN), "IPv6");
        refused(
                entry(List.of(), 0, ADDRESS, List.of(), Treatment.PLAIN.withAccess(Treatment.Access.WALLED, 3)),
                "garden");
        refused(entry(List.of(), 0, ADDRESS, List.of(), MARKED), "DSCP");
    }

    private static void refused(SubscriberEntry entry, String what) {
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> Offer.check(entry, 1))
                .withMessageContaining(what)
                .matches(failure -> failure.reason() == Reason.UNSUPPORTED);
    }

    @Test
    void plainAndBlockedSubscribersAreTaken() throws DataPlaneException {
        Offer.check(entry(List.of(), 0, ADDRESS, List.of(), Treatment.PLAIN), 1);
        Offer.check(
                entry(List.of(), 0, ADDRESS, List.of(), Treatment.PLAIN.withAccess(Treatment.Access.BLOCKED, 0)), 1);
        assertThat(ADDRESS.isAny()).isFalse();
    }
}
