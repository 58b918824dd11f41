package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.platform.api.Event;
import sluice.platform.api.JournalFailure;
import sluice.session.api.Addressing;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Credentials;
import sluice.session.api.FramedRoute;
import sluice.session.api.Outcome;
import sluice.session.api.Policy;
import sluice.session.api.Reach;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionQuery;
import sluice.testkit.FakePolicies;

/** Open sessions get something else: by command, by RADIUS asked again, by a policy that is different. */
final class ChangeTest {

    private static final long MAC = 0x0200_0000_0007L;
    private static final Policer SLOW = new Policer(1_000_000, 15_000);
    private static final Policer FAST = new Policer(9_000_000, 45_000);

    private final Gateway gateway = new Gateway();

    ChangeTest() {
        gateway.policies.policies.put("slow", new Policy("slow", SLOW, SLOW));
        gateway.policies.policies.put("fast", new Policy("fast", FAST, FAST));
        gateway.policies.gardens.add("portal");
    }

    @Test
    void changedPolicyIsInDataPlaneAndStoreWithTheCountersGoingOn() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, new Traffic(1, 100, 2, 200, 0, 0, 0));
        assertThat(change(AuthorizationChange.toPolicy("slow"))).isEqualTo(CommandResult.DONE);
        assertThat(entry().download()).isEqualTo(SLOW);
        assertThat(session().traffic().downloadBytes()).isEqualTo(200);
        Event applied = gateway.journal.events(SessionEvent.POLICY_APPLY).getLast();
        assertThat(applied.field(SessionEvent.POLICY)).isEqualTo("slow");
        assertThat(applied.field(SessionEvent.INPUT_OCTETS)).isEqualTo("200");
        gateway.restart();
        assertThat(session().policy().orElseThrow().name()).isEqualTo("slow");
        assertThat(entry().download()).isEqualTo(SLOW);
    }

    @Test
    void uploadOfAnotherPolicyHoldsUntilAPolicyIsNamed() {
        gateway.online(7, MAC, Authorization.DEFAULT.withPolicy("fast"));
        assertThat(change(toUpload("nowhere"))).isEqualTo(CommandResult.POLICY_UNKNOWN);
        assertThat(change(toUpload("slow"))).isEqualTo(CommandResult.DONE);
        assertThat(entry().download()).isEqualTo(FAST);
        assertThat(entry().upload()).isEqualTo(SLOW);
        gateway.restart();
        assertThat(entry().upload()).isEqualTo(SLOW);
        assertThat(change(AuthorizationChange.toPolicy("fast"))).isEqualTo(CommandResult.DONE);
        assertThat(entry().upload()).isEqualTo(FAST);
    }

    private static AuthorizationChange toUpload(String policy) {
        return new AuthorizationChange(
                Optional.empty(),
                Optional.of(policy),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void priorityOfAPolicyIsInTheTagsOfTheEntryAlsoAfterARestart() {
        Treatment marking = new Treatment(
                Treatment.Identity.STRICT, Treatment.Access.OPEN, 0, OptionalInt.empty(), OptionalInt.empty(), true, 0);
        gateway.policies.policies.put("voice", new Policy("voice", SLOW, SLOW, marking, OptionalInt.of(5)));
        gateway.online(7, MAC);
        assertThat(entry().tags()).isNotEmpty().allMatch(tag -> tag.priority() == 0);
        assertThat(change(AuthorizationChange.toPolicy("voice"))).isEqualTo(CommandResult.DONE);
        assertThat(entry().tags()).isNotEmpty().allMatch(tag -> tag.priority() == 5);
        gateway.restart();
        assertThat(entry().tags()).isNotEmpty().allMatch(tag -> tag.priority() == 5);
    }

    @Test
    void changeIsDoneOnlyWhenItIsDurable() {
        gateway.online(7, MAC);
        gateway.journal.hold();
        var reply = gateway.submit(new Command.Change(id(), AuthorizationChange.toPolicy("slow")));
        assertThat(entry().download()).isEqualTo(SLOW);
        assertThat(reply).isNotDone();
        gateway.journal.commit();
        gateway.turn();
        assertThat(reply).isCompletedWithValue(CommandResult.DONE);
    }

    @Test
    void changeThatTheDataPlaneRefusesChangesNothing() {
        gateway.online(7, MAC, Authorization.DEFAULT.withPolicy("fast"));
        gateway.dataPlane.fail(DataPlaneException.Reason.KERNEL);
        assertThat(change(AuthorizationChange.toPolicy("slow"))).isEqualTo(CommandResult.FAILED);
        gateway.dataPlane.heal();
        assertThat(session().policy().orElseThrow().name()).isEqualTo("fast");
        assertThat(entry().download()).isEqualTo(FAST);
        assertThat(gateway.journal.events(SessionEvent.POLICY_APPLY)).isEmpty();
        gateway.restart();
        assertThat(session().policy().orElseThrow().name()).isEqualTo("fast");
    }

    @Test
    void changeThatTheDiskRefusesIsTakenBackFromTheDataPlane() {
        gateway.online(7, MAC, Authorization.DEFAULT.withPolicy("fast"));
        gateway.journal.fail(JournalFailure.DISK);
        AuthorizationChange change = new AuthorizationChange(
                Optional.of("slow"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Duration.ofMinutes(1)),
                Optional.of(Duration.ofMinutes(1)),
                Optional.empty());
        assertThat(change(change)).isEqualTo(CommandResult.FAILED);
        assertThat(entry().download()).isEqualTo(FAST);
        assertThat(session().timers()).doesNotContainKeys("idle", "session-timeout");
        gateway.journal.heal();
        gateway.advance(Duration.ofSeconds(2));
        gateway.restart();
        assertThat(session().policy().orElseThrow().name()).isEqualTo("fast");
        assertThat(gateway.journal.events(SessionEvent.POLICY_APPLY)).isEmpty();
    }

    @Test
    void changeThatIsTakenBackLeavesThePolicyAsItBecameMeanwhile() {
        gateway.online(7, MAC, Authorization.DEFAULT.withPolicy("fast"));
        gateway.journal.hold();
        var reply = gateway.submit(new Command.Change(id(), AuthorizationChange.toPolicy("slow")));
        Policer faster = new Policer(12_000_000, 60_000);
        gateway.policies.policies.put("fast", new Policy("fast", faster, faster));
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.PoliciesChanged(Set.of("fast")));
        gateway.turn();
        gateway.journal.fail(JournalFailure.DISK);
        gateway.journal.commit();
        gateway.journal.heal();
        gateway.turn();
        assertThat(reply).isCompletedWithValue(CommandResult.FAILED);
        assertThat(entry().download()).isEqualTo(faster);
        assertThat(session().policy().orElseThrow().download()).isEqualTo(faster);
    }

    @Test
    void changesOfOneSessionComeOneAfterTheOtherAlsoWhenTheFirstFails() {
        gateway.online(7, MAC, Authorization.DEFAULT.withPolicy("fast"));
        gateway.journal.hold();
        var first = gateway.submit(new Command.Change(id(), AuthorizationChange.toPolicy("slow")));
        var second = gateway.submit(new Command.Change(id(), AuthorizationChange.toReach(new Reach.Blocked())));
        assertThat(entry().treatment().access()).isEqualTo(Treatment.Access.OPEN);
        gateway.journal.fail(JournalFailure.DISK);
        gateway.journal.commit();
        gateway.journal.heal();
        gateway.turn();
        assertThat(first).isCompletedWithValue(CommandResult.FAILED);
        assertThat(second).isCompletedWithValue(CommandResult.DONE);
        assertThat(entry().download()).isEqualTo(FAST);
        assertThat(entry().treatment().access()).isEqualTo(Treatment.Access.BLOCKED);
    }

    @Test
    void unknownPolicyOrGardenChangesNothing() {
        gateway.online(7, MAC);
        assertThat(change(AuthorizationChange.toPolicy("nowhere"))).isEqualTo(CommandResult.POLICY_UNKNOWN);
        assertThat(change(AuthorizationChange.toReach(new Reach.Walled("nowhere"))))
                .isEqualTo(CommandResult.POLICY_UNKNOWN);
        assertThat(gateway.journal.events(SessionEvent.POLICY_APPLY)).isEmpty();
    }

    @Test
    void reachGoesIntoTheGardenAndOutAgain() {
        gateway.online(7, MAC);
        assertThat(change(AuthorizationChange.toReach(new Reach.Walled("portal"))))
                .isEqualTo(CommandResult.DONE);
        assertThat(entry().treatment().access()).isEqualTo(Treatment.Access.WALLED);
        assertThat(entry().treatment().garden()).isEqualTo(FakePolicies.gardenId("portal"));
        assertThat(session().attributes()).contains("Filter-Id = garden:portal");
        assertThat(change(AuthorizationChange.toReach(new Reach.Open()))).isEqualTo(CommandResult.DONE);
        assertThat(entry().treatment().access()).isEqualTo(Treatment.Access.OPEN);
    }

    @Test
    void changeOfNobodyOrOfOneThatIsNotOpenFindsNoSession() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        assertThat(change(AuthorizationChange.toPolicy("slow"))).isEqualTo(CommandResult.SESSION_NOT_FOUND);
        assertThat(gateway.submit(new Command.Reauthenticate(new SessionId(4711))))
                .isCompletedWithValue(CommandResult.SESSION_NOT_FOUND);
    }

    @Test
    void whoWaitsForAChangeIsAnsweredWhenTheSessionOrTheShardEnds() {
        gateway.online(7, MAC);
        gateway.journal.hold();
        var first = gateway.submit(new Command.Change(id(), AuthorizationChange.toPolicy("slow")));
        var second = gateway.submit(new Command.Change(id(), AuthorizationChange.toPolicy("fast")));
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.journal.commit();
        gateway.turn();
        assertThat(first).isCompletedWithValue(CommandResult.SESSION_NOT_FOUND);
        assertThat(second).isCompletedWithValue(CommandResult.SESSION_NOT_FOUND);
        gateway.online(7, MAC);
        gateway.journal.hold();
        var third = gateway.submit(new Command.Change(id(), AuthorizationChange.toPolicy("slow")));
        gateway.shard.end();
        assertThat(third).isCompletedWithValue(CommandResult.FAILED);
    }

    @Test
    void reauthenticationAppliesAllThatIsGrantedNow() {
        gateway.online(7, MAC, Authorization.DEFAULT.withPolicy("fast"));
        var reply = gateway.submit(new Command.Reauthenticate(id()));
        assertThat(reply).isNotDone();
        assertThat(gateway.radius.asked.getLast().again()).isTrue();
        assertThat(gateway.radius.asked.getLast().attributes()).isEqualTo(ScriptedProtocol.KNOWN);
        gateway.radius.accept(Authorization.DEFAULT.withPolicy("slow"));
        gateway.turn();
        assertThat(reply).isCompletedWithValue(CommandResult.DONE);
        assertThat(entry().download()).isEqualTo(SLOW);
        assertThat(session().authState()).isEqualTo(AuthState.AUTHENTICATED);
    }

    @Test
    void policyThatIsNamedEndsRatesThatWereGiven() {
        gateway.online(7, MAC, Authorization.DEFAULT.withPolicy("fast"));
        Policer given = new Policer(3_000_000, 20_000);
        assertThat(change(AuthorizationChange.toRates(Optional.of(given), Optional.of(given))))
                .isEqualTo(CommandResult.DONE);
        assertThat(entry().download()).isEqualTo(given);
        assertThat(change(AuthorizationChange.toPolicy("slow"))).isEqualTo(CommandResult.DONE);
        assertThat(entry().download()).isEqualTo(SLOW);
    }

    @Test
    void reauthenticationTakesAlongWhatItWasGiven() { // RFC 5176, 3.2
        gateway.online(7, MAC);
        assertThat(gateway.submit(new Command.Reauthenticate(id(), Map.of("State", "0xcafe"))))
                .isNotDone();
        assertThat(gateway.radius.asked.getLast().attributes())
                .containsAllEntriesOf(ScriptedProtocol.KNOWN)
                .containsEntry("State", "0xcafe");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(gateway.submit(new Command.Reauthenticate(id()))).isNotDone();
        assertThat(gateway.radius.asked.getLast().attributes()).as("once").isEqualTo(ScriptedProtocol.KNOWN);
    }

    @Test
    void reauthenticationAfterARestartAsksWithTheSameAttributes() {
        gateway.online(7, MAC);
        gateway.restart();
        assertThat(gateway.submit(new Command.Reauthenticate(id()))).isNotDone();
        assertThat(gateway.radius.asked.getLast().attributes()).isEqualTo(ScriptedProtocol.KNOWN);
    }

    @Test
    void subscriberWhoProvedHimselfIsAskedAboutWithoutHisProofAlsoAfterARestart() { // RFC 5176, 3.2
        gateway.protocol.credentials = Optional.of(new Credentials.Pap(Bytes.utf8("secret")));
        gateway.online(7, MAC);
        assertThat(gateway.radius.asked.getLast().credentials()).isEqualTo(gateway.protocol.credentials);
        assertThat(gateway.radius.asked.getLast().attributes()).isEqualTo(ScriptedProtocol.KNOWN);
        gateway.restart();
        assertThat(gateway.submit(new Command.Reauthenticate(id()))).isNotDone();
        assertThat(gateway.radius.asked.getLast().credentials()).contains(new Credentials.Earlier());
        assertThat(gateway.radius.asked.getLast().attributes()).containsAllEntriesOf(ScriptedProtocol.KNOWN);
    }

    @Test
    void subscriberWhomTheLineProvesIsAskedAboutAsBefore() {
        gateway.online(7, MAC);
        assertThat(gateway.submit(new Command.Reauthenticate(id(), Map.of("Service-Type", "Authorize-Only"))))
                .isNotDone();
        assertThat(gateway.radius.asked.getLast().credentials()).isEmpty();
        assertThat(gateway.radius.asked.getLast().attributes()).containsEntry("Service-Type", "Authorize-Only");
    }

    @Test
    void rejectedReauthenticationEndsTheSession() {
        Ip4 address = gateway.online(7, MAC);
        gateway.journal.hold();
        var reply = gateway.submit(new Command.Reauthenticate(id()));
        gateway.radius.answer(new Outcome.Rejected("no contract"));
        gateway.turn();
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        assertThat(reply).isNotDone();
        gateway.journal.commit();
        gateway.turn();
        assertThat(reply).isCompletedWithValue(CommandResult.REJECTED);
        assertThat(gateway.journal.events(SessionEvent.STOP).getLast().field(SessionEvent.TERMINATE_CAUSE))
                .isEqualTo("Reauthentication-Failure");
    }

    @Test
    void unansweredReauthenticationChangesNothingEvenWhereUnknownOnesAreServed() {
        gateway.outages = OutageSettings.DEFAULT.with(OutageRules.of("allow", "deny", "", 24, 600));
        gateway.restart();
        gateway.online(7, MAC, Authorization.DEFAULT.withPolicy("fast"));
        var reply = gateway.submit(new Command.Reauthenticate(id()));
        gateway.radius.answer(new Outcome.Unanswered("away"));
        gateway.turn();
        assertThat(reply).isCompletedWithValue(CommandResult.UNANSWERED);
        assertThat(session().policy().orElseThrow().name()).isEqualTo("fast");
        assertThat(session().authState()).isEqualTo(AuthState.AUTHENTICATED);
    }

    @Test
    void whoAsksForReauthenticationIsAnsweredWhenTheSessionEndsFirst() {
        gateway.online(7, MAC);
        var reply = gateway.submit(new Command.Reauthenticate(id()));
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        assertThat(reply).isCompletedWithValue(CommandResult.SESSION_NOT_FOUND);
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(gateway.counted(SessionCounter.LATE_OUTCOME)).isOne();
    }

    @Test
    void changedPolicyReachesOpenSessionsAndNoOthers() {
        for (int i = 0; i < 100; i++) {
            gateway.online(100 + i, MAC + i, Authorization.DEFAULT.withPolicy(i % 2 == 0 ? "slow" : "fast"));
        }
        gateway.policies.policies.put("slow", new Policy("slow", FAST, SLOW));
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.PoliciesChanged(Set.of("slow")));
        gateway.turn();
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::download)
                .containsOnly(FAST);
        assertThat(gateway.journal.events(SessionEvent.POLICY_APPLY)).hasSize(50);
        assertThat(gateway.counted(SessionCounter.POLICIES_APPLIED)).isEqualTo(50);
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.PoliciesChanged(Set.of()));
        gateway.turn();
        assertThat(gateway.journal.events(SessionEvent.POLICY_APPLY))
                .as("nothing is different")
                .hasSize(50);
    }

    @Test
    void changedPolicyReachesSomeSessionsPerTurn() {
        for (int i = 0; i < 200; i++) {
            gateway.online(100 + i, MAC + i, Authorization.DEFAULT.withPolicy("slow"));
        }
        gateway.policies.policies.put("slow", new Policy("slow", FAST, FAST));
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.PoliciesChanged(Set.of("slow")));
        gateway.shard.turn(gateway.clock.millis());
        assertThat(gateway.counted(SessionCounter.POLICIES_APPLIED)).isEqualTo(Sweeps.DONE_MAX);
    }

    @Test
    void grantedPrefixesAndRoutesAreInstalledAndFoundBy() {
        Ip6Prefix link = Ip6Prefix.parse("2001:db8:1::/64");
        Ip6Prefix delegation = Ip6Prefix.parse("2001:db8:100::/56");
        Ip6Prefix behind = Ip6Prefix.parse("2001:db8:200::/48");
        Ip4Prefix route = Ip4Prefix.parse("203.0.113.0/28");
        gateway.online(
                7,
                MAC,
                Authorization.DEFAULT.withAddressing(Addressing.NONE
                        .withPrefixes(Optional.of(link), Optional.of(delegation))
                        .withRoutes(List.of(new FramedRoute(route, Optional.empty(), 1)), List.of(behind))));
        assertThat(entry().prefixes()).containsExactly(link, delegation, behind);
        assertThat(entry().routes()).containsExactly(route);
        SessionQuery byPrefix = new SessionQuery(
                Optional.empty(),
                Optional.empty(),
                Optional.of(delegation),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThat(gateway.lookup(byPrefix)).containsExactly(id());
        Event start = gateway.journal.events(SessionEvent.START).getLast();
        assertThat(start.field(SessionEvent.FRAMED_PREFIX)).isEqualTo("2001:db8:1::/64");
        assertThat(start.field(SessionEvent.DELEGATED_PREFIX)).isEqualTo("2001:db8:100::/56");
        gateway.dataPlane.forgetAll();
        gateway.restart();
        assertThat(entry().prefixes()).containsExactly(link, delegation, behind);
        assertThat(entry().routes()).containsExactly(route);
    }

    @Test
    void moreRoutesThanADataPlaneTakesAreRefusedByName() {
        List<FramedRoute> nine = IntStream.range(0, 9)
                .mapToObj(i -> new FramedRoute(Ip4Prefix.parse("203.0.113." + i * 8 + "/29"), Optional.empty(), 1))
                .toList();
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.accept(Authorization.DEFAULT.withAddressing(Addressing.NONE.withRoutes(nine, List.of())));
        gateway.turn();
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        assertThat(gateway.protocol.outcomes).contains(new Outcome.OpenFailed("CAPACITY_REACHED"));
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.addresses.held).isEmpty();
    }

    @Test
    void refusalOfTheDataPlaneIsToldByName() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        gateway.dataPlane.fail(DataPlaneException.Reason.CONFLICT);
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        assertThat(gateway.protocol.outcomes).contains(new Outcome.OpenFailed("CONFLICT", true));
        assertThat(gateway.counted(SessionCounter.OPEN_FAILED)).isOne();
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void countersPerFamilyAndRefusedOutliveARestartOfTheMachine() {
        Ip4 address = gateway.online(7, MAC);
        Traffic used = new Traffic(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
        gateway.dataPlane.pass(address, used);
        gateway.advance(Duration.ofMinutes(6));
        gateway.dataPlane.forgetAll();
        gateway.restart();
        gateway.dataPlane.pass(address, used);
        assertThat(session().traffic()).isEqualTo(used.plus(used));
        Event stop = stopped();
        assertThat(stop.field(SessionEvent.INPUT_OCTETS6)).isEqualTo("16");
        assertThat(stop.field(SessionEvent.OUTPUT_OCTETS6)).isEqualTo("12");
    }

    private Event stopped() {
        assertThat(gateway.disconnect(id())).isCompletedWithValue(CommandResult.DONE);
        return gateway.journal.events(SessionEvent.STOP).getLast();
    }

    private CommandResult change(AuthorizationChange change) {
        return gateway.submit(new Command.Change(id(), change)).join();
    }

    private SessionInfo session() {
        return gateway.sessions().getFirst();
    }

    private SessionId id() {
        return session().id();
    }

    private SubscriberEntry entry() {
        return gateway.dataPlane.entries().getFirst();
    }
}
