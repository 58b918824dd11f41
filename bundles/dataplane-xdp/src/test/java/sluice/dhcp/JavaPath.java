package sluice.dhcp;

import java.time.Duration;
import java.util.Optional;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.LeaseTerms;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.session.api.AddressGrant;
import sluice.session.api.Authorization;
import sluice.session.api.Effect;
import sluice.session.api.Network;
import sluice.session.api.ProtocolState;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionView;

/** The DHCP server with one open session: what it answers is what the fast path has to answer. */
public final class JavaPath {

    private final DhcpServer server;
    private final AddressGrant grant;
    private final Authorization authorization;

    /**
     * What the server does upon a frame.
     *
     * @param frame the answer, its source address zero, empty when there is none
     * @param terms what it hands to the data plane
     */
    public record Answer(Optional<Bytes> frame, Optional<LeaseTerms> terms) {}

    /**
     * An open session.
     *
     * @param relayRequired whether the server wants option 82
     */
    public JavaPath(Network network, Ip4 address, Authorization authorization, boolean relayRequired) {
        this.grant = new AddressGrant(address, network);
        this.authorization = authorization;
        DhcpSettings settings = new DhcpSettings(
                true,
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                relayRequired ? DhcpSettings.RelayOption.REQUIRED : DhcpSettings.RelayOption.TRUSTED,
                Optional.empty());
        this.server = new DhcpServer(settings, new DhcpCounters());
    }

    /**
     * Lets the server look at a frame.
     *
     * @throws MalformedPacket when the server would not look at it
     */
    public Answer ask(Frame frame) throws MalformedPacket {
        SessionView session = new Open(server.keyOf(frame));
        Optional<Bytes> sent = Optional.empty();
        Optional<LeaseTerms> terms = Optional.empty();
        for (Effect effect : server.onFrame(session, frame, 0).effects()) {
            if (effect instanceof Effect.Send send) {
                sent = Optional.of(send.frame().bytes());
            } else if (effect instanceof Effect.Offload offload) {
                terms = Optional.of(offload.terms());
            }
        }
        return new Answer(sent, terms);
    }

    private final class Open implements SessionView {
        private final SessionKey key;

        Open(SessionKey key) {
            LineId line = key.line();
            this.key = new SessionKey(
                    new LineId(line.port(), line.svlan(), line.cvlan(), Bytes.EMPTY, Bytes.EMPTY),
                    new MacAddress(key.mac().value()));
        }

        @Override
        public SessionId id() {
            return new SessionId(1);
        }

        @Override
        public SessionKey key() {
            return key;
        }

        @Override
        public Optional<ProtocolState> state() {
            return Optional.of(new DhcpState.Bound());
        }

        @Override
        public Optional<Authorization> authorization() {
            return Optional.of(authorization);
        }

        @Override
        public Optional<AddressGrant> address() {
            return Optional.of(grant);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public Optional<Network> networkOf(Ip4 wanted) {
            return Optional.of(grant.network());
        }
    }
}
