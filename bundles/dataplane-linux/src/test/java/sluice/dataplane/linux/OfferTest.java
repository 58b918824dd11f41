package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
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
    private static final Offer OFFER = new Offer(1, true, true);

    private static SubscriberEntry entry(List<VlanTag> tags, int pppoe, List<Ip6Prefix> prefixes) {
        return new SubscriberEntry(
                1, 0, tags, MAC, pppoe, ADDRESS, prefixes, Policer.UNLIMITED, Policer.UNLIMITED, Treatment.PLAIN);
    }

    @Test
    void whatIsNotDoneIsRefusedByName() {
        refused(OFFER, entry(List.of(), 5, List.of()), "PPPoE");
        refused(OFFER, entry(List.of(new VlanTag(VlanTag.OLD_S_TAG, 7)), 0, List.of()), "9100");
        refused(new Offer(1, false, true), entry(TAGS, 0, List.of()), "VLAN");
        refused(new Offer(1, true, false), entry(List.of(), 0, PREFIXES), "IPv6");
    }

    private static void refused(Offer offer, SubscriberEntry entry, String what) {
        assertThatExceptionOfType(DataPlaneException.class)
                .isThrownBy(() -> offer.check(entry))
                .withMessageContaining(what)
                .matches(failure -> failure.reason() == Reason.UNSUPPORTED);
    }

    @Test
    void theRestIsTaken() {
        assertThatCode(() -> OFFER.check(entry(TAGS, 0, PREFIXES))).doesNotThrowAnyException();
    }
}
