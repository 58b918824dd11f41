package sluice.session;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import sluice.session.api.AccessProtocol;
import sluice.session.api.Authorization;
import sluice.session.api.CommandResult;
import sluice.session.api.TerminateCause;

/**
 * What the shard is told of the gateway and does with every session that it concerns, some of them per turn. Belongs to
 * one shard.
 */
final class Rounds {

    private final SessionTable table;
    private final Sweeps sweeps;
    private final LeaseReturns returns;
    private final Changes changes;
    private final Commands commands;
    private final ProtocolSteps protocols;
    private final Drain drain;

    Rounds(
            SessionTable table,
            Sweeps sweeps,
            LeaseReturns returns,
            Changes changes,
            Commands commands,
            ProtocolSteps protocols,
            Drain drain) {
        this.table = table;
        this.sweeps = sweeps;
        this.returns = returns;
        this.changes = changes;
        this.commands = commands;
        this.protocols = protocols;
        this.drain = drain;
    }

    /** The protocol goes away: what it keeps of sessions becomes bytes that the next one can read. */
    void leaving(AccessProtocol protocol) {
        sweeps.begin(
                (session, time) -> {
                    session.held().freezeFor(protocol);
                    return false;
                },
                () -> {});
    }

    /**
     * A protocol is there, perhaps with other settings: the data plane gives no more answers of an old one, and answers
     * that none was there to hear are told.
     */
    void joined(String protocol) {
        sweeps.begin(
                (session, time) -> {
                    if (!session.protocol().equals(protocol)) {
                        return false;
                    }
                    boolean returned = returns.begin(session, time);
                    return protocols.joined(session, time) || returned;
                },
                () -> {});
    }

    /** These policies are others now; empty: any may be. It concerns who has one, or the default in place of one. */
    void policiesChanged(Set<String> policies) {
        sweeps.begin(
                (session, time) -> {
                    Optional<String> named = session.authorization().flatMap(Authorization::policy);
                    boolean concerned = policies.isEmpty()
                            || policies.contains(session.policy().name())
                            || named.filter(policies::contains).isPresent();
                    return concerned && changes.reapply(session);
                },
                () -> {});
    }

    /** The gateway goes out of service: every session ends. */
    void drain(CompletableFuture<Integer> reply) {
        drain.begin(table.size(), reply);
        sweeps.begin(
                (session, time) -> {
                    commands.disconnect(session, TerminateCause.ADMIN_REBOOT, time);
                    return true;
                },
                () -> drain.went(table.size()));
    }

    /** The gateway serves again. */
    void resume(CompletableFuture<CommandResult> reply) {
        drain.end();
        reply.complete(CommandResult.DONE);
    }
}
