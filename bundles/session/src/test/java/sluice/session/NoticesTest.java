package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Policer;
import sluice.loop.Bell;
import sluice.session.api.Authorization;
import sluice.session.api.Policy;

/** What no full lane may keep from a shard. */
final class NoticesTest {

    private static final long MAC = 0x0200_0000_0001L;
    private static final Policer SLOW = new Policer(1_000_000, 15_000);
    private static final Policer FAST = new Policer(9_000_000, 45_000);

    private final Gateway gateway = new Gateway();

    @Test
    void changeOfAPolicyReachesSessionsAlsoWhenSoManyListsWaitThatOneMoreIsRefused() {
        gateway.policies.policies.put("gold", new Policy("gold", SLOW, SLOW));
        gateway.online(7, MAC, Authorization.DEFAULT.withPolicy("gold"));
        gateway.policies.policies.put("gold", new Policy("gold", FAST, FAST));
        fillChores();
        gateway.shard.notices().tell(new Mail.PoliciesChanged(Set.of("gold")));
        gateway.turn();
        assertThat(gateway.dataPlane.entries().getFirst().download()).isEqualTo(FAST);
    }

    @Test
    void protocolThatLeavesTakesItsStatesAlongAlsoWhenTheLaneIsFull() {
        gateway.online(7, MAC);
        fillChores();
        gateway.shard.notices().tell(new Mail.Leaving(gateway.protocol));
        gateway.turn();
        gateway.protocols.remove(gateway.protocol);
        assertThat(gateway.sessions().getFirst().state()).isNotEqualTo("bound");
    }

    @Test
    void theSameNoticeIsToldOnceAndInItsLastPlace() {
        Notices notices = new Notices(new Bell());
        Mail.Notice gold = new Mail.PoliciesChanged(Set.of("gold"));
        Mail.Notice joined = new Mail.Joined("dhcp");
        notices.tell(gold);
        notices.tell(joined);
        notices.tell(gold);
        assertThat(notices.take()).containsExactly(joined, gold);
        assertThat(notices.take()).isEmpty();
    }

    @Test
    void veryManyChangesOfPoliciesBecomeOneOfAll() {
        Notices notices = new Notices(new Bell());
        Mail.Notice joined = new Mail.Joined("dhcp");
        notices.tell(joined);
        for (int name = 0; name <= Notices.POLICIES_MAX; name++) {
            notices.tell(new Mail.PoliciesChanged(Set.of("p" + name)));
        }
        assertThat(notices.take()).isEqualTo(List.of(joined, new Mail.PoliciesChanged(Set.of())));
    }

    private void fillChores() {
        Mail list = new Mail.Listed(info -> true, new CompletableFuture<>());
        while (gateway.shard.inbox().offer(Mail.CHORES, list)) {
            assertThat(gateway.shard.inbox().size()).isPositive();
        }
    }
}
