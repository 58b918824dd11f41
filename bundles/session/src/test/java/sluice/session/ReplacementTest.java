package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.platform.api.JournalFailure;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionId;
import sluice.session.api.TerminateCause;

/** The engine is replaced while something is not durable, and the pools are the same before and after. */
final class ReplacementTest {

    private static final long MAC = 0x0200_0000_0007L;
    private static final Ip6Prefix HOME = Ip6Prefix.parse("2001:db8:a000::/56");
    private static final Ip6Prefix OTHER = Ip6Prefix.parse("2001:db8:b000::/56");
    private static final Authorization AT_HOME = of("home");

    private final Gateway gateway = new Gateway();
    private final Gateway.Addresses addresses = gateway.addresses;

    @BeforeEach
    void pools() {
        addresses.prefixes.pools.put("home", List.of(HOME));
        addresses.prefixes.pools.put("other", List.of(OTHER));
    }

    @Test
    void addressAndPrefixOfASessionThatWasClosingAreFree() {
        gateway.online(7, MAC, AT_HOME);
        gateway.journal.hold();
        assertThat(gateway.disconnect(id())).isNotDone();
        replaced();
        nothingIsHeld();
    }

    @Test
    void addressAndPrefixOfASessionThatTheDataPlaneLostAndWhoseLeaseIsOverAreFree() {
        gateway.online(7, MAC, AT_HOME);
        gateway.dataPlane.forgetAll();
        gateway.clock.advance(ScriptedProtocol.LEASE.plusSeconds(1));
        gateway.replace();
        assertThat(gateway.counted(SessionCounter.LOST)).isOne();
        nothingIsHeld();
    }

    @Test
    void addressAndPrefixOfASessionWhoseEndThePredecessorDidNotHearOfAreFree() {
        gateway.online(7, MAC, AT_HOME);
        CompletableFuture<CommandResult> ended =
                gateway.offer(new Command.Disconnect(id(), TerminateCause.ADMIN_RESET));
        gateway.shard.turn(gateway.clock.millis());
        assertThat(gateway.shard.inbox().size()).as("the answer of the journal").isOne();
        gateway.replace();
        assertThat(ended).isCompletedWithValue(CommandResult.FAILED);
        nothingIsHeld();
    }

    @Test
    void sessionWhoseEndTheJournalRefusesWithoutAnybodyHearingItGoesOnWithAllItHas() {
        Ip4 address = gateway.online(7, MAC, AT_HOME);
        SessionId id = id();
        gateway.journal.hold();
        assertThat(gateway.disconnect(id)).isNotDone();
        refused();
        assertThat(addresses.held).containsOnlyKeys(address).containsValue(id);
        assertThat(addresses.prefixes.held).containsOnlyKeys(HOME).containsValue(id);
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        assertThat(gateway.disconnect(id)).isCompletedWithValue(CommandResult.DONE);
        nothingIsHeld();
    }

    @Test
    void sessionThatWasOpeningHasWhatItWasGrantedIfTheJournalTookIt() {
        opening();
        replaced();
        assertThat(addresses.held).hasSize(1).containsValue(id());
        assertThat(addresses.prefixes.held).containsOnlyKeys(HOME).containsValue(id());
    }

    @Test
    void addressAndPrefixOfASessionThatWasOpeningAreFreeIfTheJournalRefusedIt() {
        opening();
        refused();
        nothingIsHeld();
        assertThat(gateway.dataPlane.entries()).isEmpty();
    }

    @Test
    void ofAnotherPrefixOnlyTheOneThatTheStoreKnowsIsHeld() {
        gateway.online(7, MAC, AT_HOME);
        changing();
        replaced();
        assertThat(addresses.prefixes.held).containsOnlyKeys(OTHER);
        assertThat(addresses.held).hasSize(1);
    }

    @Test
    void ofAnotherPrefixThatTheJournalRefusesTheFormerOneIsHeld() {
        gateway.online(7, MAC, AT_HOME);
        changing();
        refused();
        assertThat(addresses.prefixes.held).containsOnlyKeys(HOME);
    }

    @Test
    void addressThatASessionWasGivingBackIsFree() {
        dialled();
        gateway.journal.hold();
        gateway.dial(DialProtocol.NO_ADDRESS, 1, 7, MAC, "");
        replaced();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(addresses.held).isEmpty();
        assertThat(addresses.prefixes.held).containsOnlyKeys(HOME);
    }

    @Test
    void addressThatASessionWasGivingBackIsItsOwnIfTheJournalRefusedThat() {
        dialled();
        gateway.journal.hold();
        gateway.dial(DialProtocol.NO_ADDRESS, 1, 7, MAC, "");
        refused();
        assertThat(addresses.held).hasSize(1).containsValue(id());
    }

    /** The predecessor hands over what there is, which is durable before the next engine reads the store. */
    private void replaced() {
        gateway.shard.end();
        gateway.journal.commit();
        gateway.replace();
    }

    private void refused() {
        gateway.shard.end();
        gateway.journal.fail(JournalFailure.DISK);
        gateway.journal.commit();
        gateway.journal.heal();
        gateway.replace();
    }

    private void opening() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.accept(AT_HOME);
        gateway.turn();
        gateway.journal.hold();
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        assertThat(addresses.held).hasSize(1);
        assertThat(addresses.prefixes.held).hasSize(1);
    }

    private void changing() {
        gateway.journal.hold();
        CompletableFuture<CommandResult> reply = gateway.submit(new Command.Reauthenticate(id()));
        gateway.radius.accept(of("other"));
        gateway.turn();
        assertThat(reply).isNotDone();
        assertThat(addresses.prefixes.held).containsOnlyKeys(HOME, OTHER);
    }

    private void dialled() {
        gateway.dial(DialProtocol.DIAL, 1, 7, MAC, "");
        gateway.dial(DialProtocol.PROVE, 1, 7, MAC, "alice");
        gateway.radius.accept(AT_HOME);
        gateway.turn();
        gateway.dial(DialProtocol.ADDRESS, 1, 7, MAC, "");
        gateway.dial(DialProtocol.SIX, 1, 7, MAC, "");
        assertThat(addresses.held).hasSize(1);
    }

    private void nothingIsHeld() {
        assertThat(gateway.sessions()).isEmpty();
        assertThat(addresses.held).isEmpty();
        assertThat(addresses.prefixes.held).isEmpty();
    }

    private static Authorization of(String delegated) {
        return Authorization.DEFAULT.withAddressing(
                Addressing.NONE.withPrefixPools(Optional.empty(), Optional.of(delegated)));
    }

    private SessionId id() {
        return gateway.sessions().getFirst().id();
    }
}
