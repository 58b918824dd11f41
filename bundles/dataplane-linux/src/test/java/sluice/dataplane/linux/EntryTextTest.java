package sluice.dataplane.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.net.MacAddress;

class EntryTextTest {

    private static final Ip4 ADDRESS = Ip4.parse("10.64.0.10");

    private static final SubscriberEntry ENTRY = new SubscriberEntry(
            0xfedc_ba98_7654_3210L,
            15,
            List.of(),
            MacAddress.parse("02:00:00:00:01:01"),
            0,
            ADDRESS,
            List.of(),
            new Policer(100_000_000_000L, 4_000_000_000L),
            Policer.UNLIMITED,
            Treatment.PLAIN.withAccess(Treatment.Access.BLOCKED, 0).withIdentity(Treatment.Identity.LOG_ONLY));

    @Test
    void entryComesBackAsItWasWritten() {
        assertThat(EntryText.read(ADDRESS, EntryText.write(ENTRY))).contains(ENTRY);
    }

    @Test
    void longestEntryFitsIntoAComment() {
        assertThat(EntryText.write(ENTRY).length()).isLessThan(200);
    }

    @Test
    void wordsOfALaterReleaseAreLeftAlone() {
        assertThat(EntryText.read(ADDRESS, EntryText.write(ENTRY) + " colour=blue new"))
                .contains(ENTRY);
    }

    @Test
    void foreignCommentIsNoEntry() {
        assertThat(EntryText.read(ADDRESS, "")).isEmpty();
        assertThat(EntryText.read(ADDRESS, "session=xyz port=0 mac=1 up=0/0 down=0/0 identity=STRICT access=OPEN"))
                .isEmpty();
        assertThat(EntryText.read(ADDRESS, EntryText.write(ENTRY).replace("down=0/0", "down=00")))
                .isEmpty();
    }
}
