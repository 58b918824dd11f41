package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.net.VlanId;
import sluice.net.VlanTag;

class EntryTextTest {

    private static final SubscriberEntry ENTRY = new SubscriberEntry(
            0xfedc_ba98_7654_3210L,
            15,
            List.of(VlanTag.service(new VlanId(4001)), VlanTag.customer(new VlanId(4002))),
            MacAddress.parse("02:00:00:00:01:01"),
            0,
            0,
            Ip4.parse("100.127.255.254"),
            List.of(Ip6Prefix.parse("2001:db8::/64")),
            List.of(Ip4Prefix.parse("192.0.2.0/25")),
            new Policer(100_000_000_000L, 4_000_000_000L),
            Policer.UNLIMITED,
            new Treatment(
                    Treatment.Identity.LOG_ONLY,
                    Treatment.Access.WALLED,
                    65535,
                    OptionalInt.of(46),
                    OptionalInt.empty(),
                    true,
                    1452,
                    1492));

    @Test
    void entryComesBackAsItWasWritten() {
        assertThat(EntryText.read(EntryText.write(ENTRY), Plan.networks(ENTRY))).contains(ENTRY);
    }

    @Test
    void longestEntryFitsIntoAComment() {
        assertThat(EntryText.write(ENTRY).length()).isLessThan(240);
    }

    @Test
    void wordsOfALaterReleaseAreLeftAlone() {
        assertThat(EntryText.read(EntryText.write(ENTRY) + " colour=blue new", Plan.networks(ENTRY)))
                .contains(ENTRY);
    }

    @Test
    void foreignCommentIsNoEntry() {
        assertThat(EntryText.read("", List.of())).isEmpty();
        assertThat(EntryText.read(EntryText.write(ENTRY).replace("session=fe", "session=x"), List.of()))
                .isEmpty();
        assertThat(EntryText.read(EntryText.write(ENTRY).replace("down=0/0", "down=00"), List.of()))
                .isEmpty();
        assertThat(EntryText.read(EntryText.write(ENTRY).replace("88a8.", ""), List.of()))
                .isEmpty();
    }
}
