package sluice.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.Ip6Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.platform.api.CounterSet;
import sluice.session.api.AddressRefusal;
import sluice.session.api.PrefixRequest;
import sluice.session.api.PrefixSource.PrefixAnswer;
import sluice.session.api.PrefixUse;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.testkit.FakeJournal;

/** Who gets which IPv6 prefix. */
final class PrefixPoolsTest {

    private static final Ip6Prefix FIRST = prefix("2001:db8:a000::/56");
    private static final Ip6Prefix SECOND = prefix("2001:db8:a000:100::/56");

    private final FakeJournal journal = new FakeJournal();
    private CounterSet<PoolCounter> counters = new CounterSet<>(PoolCounter.class);
    private PrefixPools pools = pools(pool("home", "2001:db8:a000::/54", 56));

    @Test
    void everyPrefixIsGivenOnceInTheOrderOfAddressesUntilNoneIsLeft() {
        List<Ip6Prefix> given = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            given.add(granted(ask(i + 1, i + 1)));
        }
        assertThat(given)
                .containsExactly(FIRST, SECOND, prefix("2001:db8:a000:200::/56"), prefix("2001:db8:a000:300::/56"));
        assertThat(ask(9, 9)).isEqualTo(new PrefixAnswer.Refused(AddressRefusal.POOL_EXHAUSTED));
        assertThat(counters.get(PoolCounter.PREFIX_REFUSED_EXHAUSTED)).isEqualTo(1);
        assertThat(pools.complaints(90)).containsExactly("Pool home has 0 of 4 prefixes left.");
    }

    @Test
    void poolThatIsNotThereIsNamedInTheAnswer() {
        assertThat(pools.allocate(new PrefixRequest(new SessionId(1), key(1), PrefixUse.FRAMED, "away")))
                .isEqualTo(new PrefixAnswer.Refused(AddressRefusal.UNKNOWN_POOL));
        assertThat(counters.get(PoolCounter.PREFIX_REFUSED_UNKNOWN_POOL)).isEqualTo(1);
    }

    @Test
    void sessionThatAsksAgainGetsTheSameAndOneMoreForAnotherUse() {
        Ip6Prefix first = granted(ask(1, 1));
        assertThat(granted(ask(1, 1))).isEqualTo(first);
        Ip6Prefix framed =
                granted(pools.allocate(new PrefixRequest(new SessionId(1), key(1), PrefixUse.FRAMED, "home")));
        assertThat(framed).isEqualTo(SECOND);
        assertThat(pools.use().getFirst().held()).isEqualTo(2);
    }

    @Test
    void eachOfTwoSessionsOfOneDeviceKeepsItsOwn() {
        Ip6Prefix older = granted(ask(1, 1));
        Ip6Prefix newer = granted(ask(2, 1));
        assertThat(newer).isNotEqualTo(older);
        assertThat(granted(ask(1, 1))).isEqualTo(older);
        assertThat(granted(ask(2, 1))).isEqualTo(newer);
        pools.release(new SessionId(1), older);
        assertThat(granted(ask(2, 1))).isEqualTo(newer);
        pools.release(new SessionId(2), newer);
        assertThat(granted(ask(3, 1))).as("the last that it had").isEqualTo(newer);
    }

    @Test
    void lineGetsItsPrefixAgainAlsoAfterARestart() {
        Ip6Prefix first = granted(ask(1, 1));
        granted(ask(2, 2));
        pools.release(new SessionId(1), first);
        assertThat(granted(ask(3, 3))).isNotEqualTo(first);
        assertThat(granted(ask(4, 1))).isEqualTo(first);
        pools.release(new SessionId(4), first);

        pools = pools(pool("home", "2001:db8:a000::/54", 56));
        assertThat(granted(ask(5, 2))).isNotEqualTo(first);
        assertThat(granted(ask(6, 1))).isEqualTo(first);
    }

    @Test
    void strangerGetsWhatWasFreeForTheLongestWhenAllHaveBeenHad() {
        for (int i = 0; i < 4; i++) {
            granted(ask(i + 1, i + 1));
        }
        pools.release(new SessionId(2), SECOND);
        pools.release(new SessionId(1), FIRST);
        assertThat(granted(ask(8, 8))).isEqualTo(SECOND);
        assertThat(granted(ask(9, 9))).isEqualTo(FIRST);
    }

    @Test
    void prefixIsGivenBackByItsHolderAlone() {
        Ip6Prefix first = granted(ask(1, 1));
        pools.release(new SessionId(2), first);
        assertThat(pools.use().getFirst().held()).isEqualTo(1);
        pools.release(new SessionId(1), first);
        pools.release(new SessionId(1), first);
        assertThat(pools.use().getFirst().held()).isZero();
        assertThat(counters.get(PoolCounter.PREFIX_RELEASED)).isEqualTo(1);
    }

    @Test
    void prefixOfARecoveredSessionIsItsOwn() {
        assertThat(hold(1, FIRST)).isTrue();
        assertThat(hold(1, FIRST)).isTrue();
        assertThat(hold(2, FIRST)).isFalse();
        assertThat(granted(ask(3, 3))).isEqualTo(SECOND);
        assertThat(granted(ask(1, 1))).isEqualTo(FIRST);
    }

    @Test
    void whatRadiusNamesInsideAPrefixKeepsAllOfItFromOthers() {
        assertThat(hold(1, prefix("2001:db8:a000:7::/64"))).isTrue();
        assertThat(hold(2, prefix("2001:db8:a000:8::/64"))).isTrue();
        assertThat(hold(3, prefix("2001:db8:a000:200::/55"))).isTrue();
        assertThat(granted(ask(4, 4))).isEqualTo(SECOND);
        assertThat(ask(5, 5)).isInstanceOf(PrefixAnswer.Refused.class);
        assertThat(hold(6, prefix("2001:db8:a000:101::/64"))).isFalse();

        pools.release(new SessionId(1), prefix("2001:db8:a000:7::/64"));
        assertThat(ask(5, 5)).isInstanceOf(PrefixAnswer.Refused.class);
        pools.release(new SessionId(2), prefix("2001:db8:a000:8::/64"));
        assertThat(granted(ask(5, 5))).isEqualTo(FIRST);
        pools.release(new SessionId(3), prefix("2001:db8:a000:200::/55"));
        assertThat(pools.use().getFirst().available()).isEqualTo(2);
    }

    @Test
    void prefixInNoPoolIsNobodysBusiness() {
        assertThat(hold(1, prefix("2001:db8:b000::/56"))).isTrue();
        assertThat(hold(2, prefix("2001:db8:b000::/56"))).isTrue();
        pools.release(new SessionId(1), prefix("2001:db8:b000::/56"));
        assertThat(counters.get(PoolCounter.PREFIX_RELEASED)).isZero();
    }

    @Test
    void excludedPrefixesAreGivenToNobodyButByName() {
        pools = pools(pool("home", "2001:db8:a000::/54", 56, "2001:db8:a000::/64", "2001:db8:a000:200::/55"));
        assertThat(granted(ask(1, 1))).isEqualTo(SECOND);
        assertThat(ask(2, 2)).isInstanceOf(PrefixAnswer.Refused.class);
        assertThat(hold(3, FIRST)).isTrue();
        assertThat(hold(4, FIRST)).isFalse();
        pools.release(new SessionId(3), FIRST);
        assertThat(ask(3, 3)).isInstanceOf(PrefixAnswer.Refused.class);
        assertThat(pools.use().getFirst()).isEqualTo(new PoolUse("home", 1, 1, 0));
    }

    @Test
    void hugePoolTakesMemoryForWhatIsUsedAlone() {
        pools = pools(pool("huge", "2001:db8::/32", 64));
        assertThat(pools.use().getFirst().addresses()).isEqualTo(1L << 32);
        assertThat(granted(pools.allocate(new PrefixRequest(new SessionId(1), key(1), PrefixUse.FRAMED, "huge"))))
                .isEqualTo(prefix("2001:db8::/64"));
        assertThat(hold(2, prefix("2001:db8::/33"))).isTrue();
    }

    @Test
    void poolThatOverlapsAnotherGivesNothingAndTheOtherDoes() {
        pools = pools(
                pool("home", "2001:db8:a000::/54", 56),
                pool("inner", "2001:db8:a000::/56", 64),
                pool("residential", "2001:db8:c000::/56", 64));
        assertThat(pools.use()).extracting(PoolUse::pool).containsExactly("home");
        assertThat(pools.complaints(90))
                .containsExactly(
                        "Prefix pool inner 2001:db8:a000::/56 overlaps pool home 2001:db8:a000::/54, or has its name:"
                                + " it gives nothing.",
                        "Prefix pool residential 2001:db8:c000::/56 has the name of an address pool: it gives"
                                + " nothing.");
        assertThat(granted(ask(1, 1))).isEqualTo(FIRST);
    }

    @Test
    void whatIsNoPoolIsRefusedWithItsReason() {
        assertThatThrownBy(() -> pool("p", "2001:db8::/40", 32)).hasMessageContaining("is a /40, expected /16 to /32");
        assertThatThrownBy(() -> pool("p", "2001:db8::/40", 65)).hasMessageContaining("expected /16 to /64");
        assertThatThrownBy(() -> pool("p", "2001::/16", 64)).hasMessageContaining("more than 2^32 prefixes");
        assertThatThrownBy(() -> pool("p", "fe80::/40", 64)).hasMessageContaining("no subscriber may have");
        assertThatThrownBy(() -> pool(" ", "2001:db8::/40", 64)).hasMessageContaining("no name");
        assertThatThrownBy(() -> pool("p", "2001:db8::/40", 56, "2001:db9::/56"))
                .hasMessageContaining("which is not in it");
        assertThatThrownBy(() -> pool("p", "2001:db8::/55", 56, "2001:db8::/56", "2001:db8:0:100::/56"))
                .hasMessageContaining("excludes everything");
    }

    @Test
    void randomUseAgreesWithAModel() {
        long seed = 20_261_121;
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        pools = pools(pool("home", "2001:db8:a000::/50", 56, "2001:db8:a000:2000::/56"));
        Map<Integer, Hold> model = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            int line = random.nextInt(100);
            Hold there = model.remove(line);
            if (there != null) {
                pools.release(there.session(), there.prefix());
            } else {
                SessionId session = new SessionId(i + 1);
                PrefixAnswer answer =
                        pools.allocate(new PrefixRequest(session, key(line), PrefixUse.DELEGATED, "home"));
                if (model.size() == 63) {
                    assertThat(answer).isInstanceOf(PrefixAnswer.Refused.class);
                } else {
                    Ip6Prefix prefix = granted(answer);
                    assertThat(model.values())
                            .extracting(Hold::prefix)
                            .as("seed %s step %s", seed, i)
                            .doesNotContain(prefix);
                    assertThat(prefix.network().high() >>> 8 & 0xff).isNotEqualTo(0x20);
                    model.put(line, new Hold(session, prefix));
                }
            }
            if (i % 1_000 == 999) {
                pools = pools(pool("home", "2001:db8:a000::/50", 56, "2001:db8:a000:2000::/56"));
                model.forEach((where, hold) -> assertThat(
                                pools.hold(hold.session(), key(where), PrefixUse.DELEGATED, hold.prefix()))
                        .isTrue());
            }
            assertThat(pools.use().getFirst().held()).isEqualTo(model.size());
        }
    }

    private record Hold(SessionId session, Ip6Prefix prefix) {}

    private PrefixPools pools(PrefixPool... all) {
        counters = new CounterSet<>(PoolCounter.class);
        return new PrefixPools(journal, journal, List.of(all), Set.of("residential"), counters);
    }

    private static PrefixPool pool(String name, String network, int length, String... excluded) {
        return new PrefixPool(
                name,
                prefix(network),
                length,
                List.of(excluded).stream().map(Ip6Prefix::parse).toList());
    }

    private PrefixAnswer ask(long session, int line) {
        return pools.allocate(new PrefixRequest(new SessionId(session), key(line), PrefixUse.DELEGATED, "home"));
    }

    private boolean hold(long session, Ip6Prefix prefix) {
        return pools.hold(new SessionId(session), key((int) session), PrefixUse.DELEGATED, prefix);
    }

    private static Ip6Prefix granted(PrefixAnswer answer) {
        assertThat(answer).isInstanceOf(PrefixAnswer.Granted.class);
        return ((PrefixAnswer.Granted) answer).prefix();
    }

    private static SessionKey key(int line) {
        return new SessionKey(
                new LineId(0, 100, line, Bytes.utf8("1/0/" + line), Bytes.EMPTY), new MacAddress(0x02_00_00_00_00_00L));
    }

    private static Ip6Prefix prefix(String text) {
        return Ip6Prefix.parse(text);
    }
}
