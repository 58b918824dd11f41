package sluice.pppoe;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import sluice.net.MalformedPacket;

/**
 * Authentication in one step of a link: which packets and answers belong to what LCP has agreed on now, and when the
 * peer is to prove itself anew. Made for the step and thrown away behind it.
 */
final class ProofTurn {
    private final LinkContext context;
    private final Supplier<LcpOptions> agreed;
    private final LinkActions actions;

    private Authentication authentication;
    private OptionalLong interfaceId;
    private boolean passed;
    private Optional<LinkEnd> failure = Optional.empty();

    /** @param agreed what LCP agreed on, as of the moment it is asked */
    ProofTurn(Link before, LinkContext context, Supplier<LcpOptions> agreed, LinkActions actions) {
        this.context = context;
        this.agreed = agreed;
        this.actions = actions;
        this.authentication = before.authentication();
        this.interfaceId = before.interfaceId();
    }

    Authentication authentication() {
        return authentication;
    }

    /** Framed-Interface-Id of the last acceptance. */
    OptionalLong interfaceId() {
        return interfaceId;
    }

    /** Whether an answer is awaited. */
    boolean isAsking() {
        return authentication.stage() == Authentication.Stage.ASKING;
    }

    /** Whether it is for want of an answer that a peer that was known before is not known now. */
    boolean isUnheard() {
        return authentication.known() && (isAsking() || authentication.failures() > 0);
    }

    /** Whether the peer is who it says, as of this step. */
    boolean isPassed() {
        return passed;
    }

    /** Why the link has to end. */
    Optional<LinkEnd> failure() {
        return failure;
    }

    /** LCP is up. A question that is still open is answered first. */
    void begin() {
        if (!isAsking()) {
            apply(turn().begin(agreed.get().method()));
        }
    }

    /** LCP is down. */
    void interrupt() {
        authentication = authentication.interrupted();
        actions.add(new LinkAction.Disarm(LinkTimer.AUTHENTICATION));
        actions.add(new LinkAction.Disarm(LinkTimer.RECHALLENGE));
    }

    /** Whether frames of that protocol prove anything now. */
    boolean uses(int protocol) {
        return authentication
                .method()
                .filter(method -> method.protocol() == protocol)
                .isPresent();
    }

    /** A frame of the method in use. */
    void onFrame(PppFrame frame) throws MalformedPacket {
        apply(turn().receive(ControlPacket.decode(frame.information())));
    }

    /** Nothing came for a while. */
    void timeout() {
        apply(turn().timeout());
    }

    void challengeAgain() {
        apply(turn().challengeAgain());
    }

    /** @param begins whether LCP waits for a proof, should this answer be of before */
    void accepted(LinkEvent.Accepted accepted, boolean begins) {
        onVerdict(begins, turn -> {
            interfaceId = accepted.interfaceId();
            return turn.accepted(accepted, begins);
        });
    }

    /** As {@link #accepted}. */
    void rejected(LinkEvent.Rejected rejected, boolean begins) {
        onVerdict(begins, turn -> turn.rejected(rejected));
    }

    /** As {@link #accepted}. */
    void unanswered(boolean begins) {
        onVerdict(begins, turn -> turn.unanswered(begins));
    }

    /** An answer to a question that was asked before the peer began anew is none to the present one. */
    private void onVerdict(boolean begins, Function<AuthenticationTurn, AuthenticationTurn.Result> verdict) {
        if (authentication.superseded()) {
            authentication = authentication.discarded();
            if (begins) {
                begin();
            }
        } else if (isAsking()) {
            apply(verdict.apply(turn()));
        }
    }

    private void apply(AuthenticationTurn.Result result) {
        authentication = result.next();
        actions.addAll(result.actions());
        failure = result.failure();
        passed = result.passed() && failure.isEmpty();
        boolean challenges = authentication
                .method()
                .filter(method -> method != AuthenticationMethod.PAP)
                .isPresent();
        if (passed && challenges && !context.settings().rechallenge().isZero()) {
            actions.add(
                    new LinkAction.Arm(LinkTimer.RECHALLENGE, context.settings().rechallenge()));
        }
    }

    private AuthenticationTurn turn() {
        return new AuthenticationTurn(
                authentication,
                new LayerContext(
                        context.settings(), context.random(), agreed.get().peerMru()));
    }
}
