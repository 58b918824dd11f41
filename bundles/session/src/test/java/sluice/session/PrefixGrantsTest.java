package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Ip6Prefix;
import sluice.platform.api.JournalFailure;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionQuery;
import sluice.session.api.TerminateCause;

/** Sessions get IPv6 prefixes from pools, keep them, and give them back. */
final class PrefixGrantsTest {

    private static final long MAC = 0x0200_0000_0007L;
    private static final Ip6Prefix LINK = Ip6Prefix.parse("2001:db8:1::/64");
    private static final Ip6Prefix LINK_2 = Ip6Prefix.parse("2001:db8:1:1::/64");
    private static final Ip6Prefix HOME = Ip6Prefix.parse("2001:db8:a000::/56");
    private static final Ip6Prefix OTHER = Ip6Prefix.parse("2001:db8:b000::/56");
    private static final Ip6Prefix NAMED = Ip6Prefix.parse("2001:db8:ff::/56");

    private final Gateway gateway = new Gateway();
    private final PooledPrefixes prefixes = gateway.addresses.prefixes;

    PrefixGrantsTest() {
        prefixes.pools.put("link", List.of(LINK, LINK_2));
        prefixes.pools.put("home", List.of(HOME));
        prefixes.pools.put("other", List.of(OTHER));
    }

    @Test
    void prefixesOfPoolsAreInDataPlaneEventsAndIndex() {
        gateway.online(7, MAC, of("link", "home"));
        assertThat(entry().prefixes()).containsExactly(LINK, HOME);
        var start = gateway.journal.events(SessionEvent.START).getLast();
        assertThat(start.field(SessionEvent.FRAMED_PREFIX)).isEqualTo(LINK.toString());
        assertThat(start.field(SessionEvent.DELEGATED_PREFIX)).isEqualTo(HOME.toString());
        assertThat(session().attributes())
                .contains("Framed-IPv6-Prefix = " + LINK, "Framed-IPv6-Pool = link", "Delegated-IPv6-Prefix = " + HOME);
        assertThat(gateway.lookup(new SessionQuery(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(HOME),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())))
                .containsExactly(id());
    }

    @Test
    void prefixesAreGivenBackWhenTheEndIsDurableAndNotBefore() {
        gateway.online(7, MAC, of("link", "home"));
        gateway.journal.hold();
        assertThat(gateway.disconnect(id())).isNotDone();
        assertThat(prefixes.held).hasSize(2);
        gateway.journal.commit();
        gateway.turn();
        assertThat(prefixes.held).isEmpty();
        var stop = gateway.journal.events(SessionEvent.STOP).getLast();
        assertThat(stop.field(SessionEvent.DELEGATED_PREFIX)).isEqualTo(HOME.toString());
    }

    @Test
    void prefixesOfASessionThatIsNeverOpenedAreGivenBack() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.accept(of("link", "home"));
        gateway.turn();
        assertThat(prefixes.held).hasSize(2);
        gateway.advance(Duration.ofMinutes(10));
        assertThat(prefixes.held).isEmpty();
    }

    @Test
    void prefixesOfASessionThatTheDiskRefusesAreGivenBack() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.accept(of("link", "home"));
        gateway.turn();
        gateway.journal.fail(JournalFailure.DISK);
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        gateway.journal.heal();
        gateway.advance(Duration.ofMinutes(10));
        assertThat(prefixes.held).isEmpty();
    }

    @Test
    void sessionHasItsPrefixesAgainAfterARestartAndNobodyElse() {
        gateway.online(8, MAC + 1, of("link", "other"));
        gateway.online(7, MAC, of("link", "home"));
        gateway.restart();
        assertThat(prefixes.held).containsOnlyKeys(LINK, LINK_2, HOME, OTHER);
        assertThat(entry().prefixes()).containsExactly(LINK_2, HOME);
        assertThat(gateway.disconnect(id())).isCompletedWithValue(CommandResult.DONE);
        assertThat(prefixes.held).containsOnlyKeys(LINK, OTHER);
    }

    @Test
    void sessionWhosePoolIsGoneKeepsItsPrefix() {
        gateway.online(7, MAC, of("link", "home"));
        prefixes.pools.remove("home");
        gateway.restart();
        assertThat(entry().prefixes()).containsExactly(LINK, HOME);
        prefixes.pools.put("home", List.of(HOME));
        gateway.restart();
        assertThat(prefixes.held).containsOnlyKeys(LINK, HOME);
    }

    @Test
    void prefixesOfASessionThatStaysInTheDataPlaneWithoutItsAddressPoolAreNobodyElses() {
        gateway.online(7, MAC, of("link", "home"));
        gateway.addresses.gone = true;
        gateway.restart();
        assertThat(gateway.counted(SessionCounter.PARKED)).isEqualTo(1);
        assertThat(prefixes.held).containsOnlyKeys(LINK, HOME);
    }

    @Test
    void emptyOrUnknownPoolCostsThatPrefixAlone() {
        gateway.online(7, MAC, of("link", "home"));
        gateway.online(8, MAC + 1, of("nowhere", "home"));
        assertThat(gateway.counted(SessionCounter.PREFIX_REFUSED)).isEqualTo(2);
        assertThat(gateway.dataPlane.entries())
                .filteredOn(entry -> entry.prefixes().isEmpty())
                .hasSize(1);
    }

    @Test
    void prefixThatIsNamedGoesBeforeThePoolWhichIsShown() {
        gateway.online(7, MAC, named(Optional.of(NAMED), of("link", "home")));
        assertThat(entry().prefixes()).containsExactly(LINK, NAMED);
        assertThat(prefixes.held).containsOnlyKeys(LINK);
        assertThat(session().attributes())
                .contains("Delegated-IPv6-Prefix = " + NAMED, "Delegated-IPv6-Prefix-Pool = home");
    }

    @Test
    void prefixOfAPoolThatIsNamedIsGivenToNobodyElse() {
        gateway.online(7, MAC, named(Optional.of(HOME), Authorization.DEFAULT));
        gateway.online(8, MAC + 1, of("link", "home"));
        assertThat(gateway.counted(SessionCounter.PREFIX_REFUSED)).isEqualTo(1);
        assertThat(entry().prefixes()).containsExactly(HOME);
    }

    @Test
    void acceptThatSaysTheSameAgainChangesNothing() {
        gateway.online(7, MAC, of("link", "home"));
        assertThat(reauthenticated(of("link", "home"))).isEqualTo(CommandResult.DONE);
        assertThat(entry().prefixes()).containsExactly(LINK, HOME);
        assertThat(gateway.journal.events(SessionEvent.POLICY_APPLY)).isEmpty();
        assertThat(prefixes.held).hasSize(2);
    }

    @Test
    void anotherPoolTakesEffectAndTheFormerPrefixIsFreeWhenThatIsDurable() {
        gateway.online(7, MAC, of("link", "home"));
        gateway.journal.hold();
        CompletableFuture<CommandResult> reply = gateway.submit(new Command.Reauthenticate(id()));
        gateway.radius.accept(of("link", "other"));
        gateway.turn();
        assertThat(entry().prefixes()).containsExactly(LINK, OTHER);
        assertThat(prefixes.held).containsOnlyKeys(LINK, HOME, OTHER);
        gateway.journal.commit();
        gateway.turn();
        assertThat(reply).isCompletedWithValue(CommandResult.DONE);
        assertThat(prefixes.held).containsOnlyKeys(LINK, OTHER);
        gateway.restart();
        assertThat(prefixes.held).containsOnlyKeys(LINK, OTHER);
    }

    @Test
    void otherPrefixThatDiskOrDataPlaneRefuseIsGivenBack() {
        gateway.online(7, MAC, of("link", "home"));
        gateway.journal.fail(JournalFailure.DISK);
        assertThat(reauthenticated(of("link", "other"))).isEqualTo(CommandResult.FAILED);
        gateway.journal.heal();
        assertThat(entry().prefixes()).containsExactly(LINK, HOME);
        assertThat(prefixes.held).containsOnlyKeys(LINK, HOME);
        gateway.dataPlane.fail(DataPlaneException.Reason.KERNEL);
        assertThat(reauthenticated(of("link", "other"))).isEqualTo(CommandResult.FAILED);
        gateway.dataPlane.heal();
        assertThat(prefixes.held).containsOnlyKeys(LINK, HOME);
    }

    @Test
    void changeOfPolicyKeepsThePrefixesAndGetsWhatWasMissing() {
        prefixes.held.put(HOME, new SessionId(99));
        gateway.online(7, MAC, of("link", "home"));
        assertThat(entry().prefixes()).containsExactly(LINK);
        prefixes.held.remove(HOME);
        CompletableFuture<CommandResult> reply = gateway.submit(
                new Command.Change(id(), AuthorizationChange.toReach(new sluice.session.api.Reach.Open())));
        assertThat(reply).isCompletedWithValue(CommandResult.DONE);
        assertThat(entry().prefixes()).containsExactly(LINK, HOME);
    }

    @Test
    void sessionThatWentWithoutGetsItsPrefixWithinMinutesOfItsBeingFree() {
        prefixes.held.put(HOME, new SessionId(99));
        gateway.online(7, MAC, of("link", "home"));
        gateway.advance(Duration.ofSeconds(11));
        assertThat(entry().prefixes()).containsExactly(LINK);
        prefixes.held.remove(HOME);
        gateway.advance(Duration.ofMinutes(3));
        assertThat(entry().prefixes()).containsExactly(LINK, HOME);
        assertThat(gateway.journal.events(SessionEvent.POLICY_APPLY).getLast().field(SessionEvent.DELEGATED_PREFIX))
                .isEqualTo(HOME.toString());
        gateway.restart();
        assertThat(prefixes.held).containsOnlyKeys(LINK, HOME);
    }

    @Test
    void prefixThatAPoolGaveLaterIsOneOfThatPoolAndTheSameAcceptChangesNothing() {
        prefixes.held.put(HOME, new SessionId(99));
        gateway.online(7, MAC, of("link", "home"));
        prefixes.held.remove(HOME);
        gateway.advance(Duration.ofMinutes(3));
        assertThat(entry().prefixes()).containsExactly(LINK, HOME);
        gateway.restart();
        Authorization has = session().authorization().orElseThrow();
        assertThat(has.addressing().delegatedPrefixPool()).contains("home");
        assertThat(has.other()).isEmpty();
        int applied = gateway.journal.events(SessionEvent.POLICY_APPLY).size();
        assertThat(reauthenticated(of("link", "home"))).isEqualTo(CommandResult.DONE);
        assertThat(gateway.journal.events(SessionEvent.POLICY_APPLY)).hasSize(applied);
    }

    @Test
    void defaultPoolThatWasConfiguredLaterReachesTheSessionWithTheNextAccept() {
        gateway.online(7, MAC, Authorization.DEFAULT);
        assertThat(entry().prefixes()).isEmpty();
        gateway.prefixDefaults = new PrefixDefaults(Optional.of("link"), Optional.of("home"));
        gateway.restart();
        assertThat(reauthenticated(Authorization.DEFAULT)).isEqualTo(CommandResult.DONE);
        assertThat(entry().prefixes()).containsExactly(LINK, HOME);
    }

    @Test
    void whomRadiusSaysNothingOfGetsPrefixesOfTheDefaultPools() {
        gateway.prefixDefaults = new PrefixDefaults(Optional.of("link"), Optional.of("home"));
        gateway.restart();
        gateway.online(7, MAC, named(Optional.of(NAMED), Authorization.DEFAULT));
        assertThat(entry().prefixes()).containsExactly(LINK, NAMED);
        assertThat(reauthenticated(Authorization.DEFAULT)).isEqualTo(CommandResult.DONE);
        assertThat(entry().prefixes()).containsExactly(LINK, HOME);
    }

    @Test
    void sessionThatEndsWhileItChangesGivesAllBack() {
        gateway.online(7, MAC, of("link", "home"));
        SessionId id = id();
        gateway.journal.hold();
        CompletableFuture<CommandResult> change = gateway.submit(new Command.Reauthenticate(id));
        gateway.radius.accept(of("link", "other"));
        gateway.turn();
        CompletableFuture<CommandResult> end = gateway.submit(new Command.Disconnect(id, TerminateCause.ADMIN_RESET));
        assertThat(prefixes.held).containsOnlyKeys(LINK, HOME, OTHER);
        gateway.journal.commit();
        gateway.turn();
        assertThat(change).isDone();
        assertThat(end).isCompletedWithValue(CommandResult.DONE);
        assertThat(prefixes.held).isEmpty();
    }

    private CommandResult reauthenticated(Authorization granted) {
        CompletableFuture<CommandResult> reply = gateway.submit(new Command.Reauthenticate(id()));
        gateway.radius.accept(granted);
        gateway.turn();
        return reply.getNow(CommandResult.OVERLOADED);
    }

    private static Authorization of(String framed, String delegated) {
        return Authorization.DEFAULT.withAddressing(
                Addressing.NONE.withPrefixPools(Optional.of(framed), Optional.of(delegated)));
    }

    private static Authorization named(Optional<Ip6Prefix> delegated, Authorization authorization) {
        return authorization
                .withAddressing(authorization.addressing().withPrefixes(Optional.empty(), delegated))
                .withOther(Map.of());
    }

    private SubscriberEntry entry() {
        return gateway.dataPlane.entries().stream()
                .filter(entry -> entry.session() == id().value())
                .findFirst()
                .orElseThrow();
    }

    private SessionInfo session() {
        return gateway.sessions().stream()
                .filter(info -> info.key().line().cvlan() == 7)
                .findFirst()
                .orElseThrow();
    }

    private SessionId id() {
        return session().id();
    }
}
