package sluice.dhcp;

import java.util.Optional;
import sluice.dataplane.api.LeaseTerms;
import sluice.dhcp.DhcpOption.LeaseTime;
import sluice.dhcp.DhcpOption.ParameterRequestList;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.session.api.AddressGrant;
import sluice.session.api.Effect;
import sluice.session.api.Network;
import sluice.session.api.SessionView;

/** Makes the answers of the server: who speaks, on what terms, in what frame. Safe for any thread. */
final class DhcpAnswers {
    private final DhcpSettings settings;
    private final DhcpCounters counters;

    DhcpAnswers(DhcpSettings settings, DhcpCounters counters) {
        this.settings = settings;
        this.counters = counters;
    }

    Effect offer(SessionView session, DhcpRequest request, AddressGrant grant, long now) {
        Terms terms = terms(session, request, grant.network(), now);
        return send(DhcpReply.offer(request, server(grant.network()), grant.address(), terms), DhcpCounter.OFFER);
    }

    Effect ack(DhcpRequest request, AddressGrant grant, Terms terms) {
        return send(DhcpReply.ack(request, server(grant.network()), grant.address(), terms), DhcpCounter.ACK);
    }

    /**
     * Lets the data plane give the same answer to the same question, unless a relay stands between or addresses are
     * scarce.
     */
    Optional<Effect> offload(DhcpRequest request, AddressGrant grant, Terms terms) {
        if (request.isRelayed() || terms.isScarce()) {
            return Optional.empty();
        }
        DhcpMessage asked = request.message();
        return Optional.of(new Effect.Offload(new LeaseTerms(
                server(grant.network()),
                terms.lease(),
                asked.option(LeaseTime.class).map(wish -> wish.time().toSeconds()),
                asked.option(ParameterRequestList.class).map(ParameterRequestList::codes),
                OptionWriter.plain(DhcpReply.granted(request, terms)),
                request.relayAgent().map(RelayAgent::value).orElse(Bytes.EMPTY),
                settings.relayOption() == DhcpSettings.RelayOption.REQUIRED)));
    }

    Effect inform(SessionView session, DhcpRequest request, Network network, long now) {
        Terms terms = terms(session, request, network, now);
        return send(DhcpReply.inform(request, server(network), terms), DhcpCounter.ACK_INFORM);
    }

    Effect nak(DhcpRequest request, Ip4 server, String reason) {
        return send(DhcpReply.nak(request, server, reason), DhcpCounter.NAK);
    }

    /** What the client is told about that network. */
    Terms terms(SessionView session, DhcpRequest request, Network network, long now) {
        return Terms.of(
                session,
                network,
                request.message().option(LeaseTime.class).map(LeaseTime::time),
                settings.leaseMin(),
                now);
    }

    /** True when that server identifier is one of this gateway's. */
    boolean isOurs(SessionView session, Ip4 server) {
        return settings.serverIdentifier().filter(server::equals).isPresent()
                || session.address()
                        .map(AddressGrant::network)
                        .map(Network::gateway)
                        .filter(server::equals)
                        .isPresent()
                || session.networkOf(server)
                        .map(Network::gateway)
                        .filter(server::equals)
                        .isPresent();
    }

    /**
     * As whom to refuse an address. A client that asks for one of a foreign network tells nothing about ours, so what
     * the relay says comes next, then the address to which the client wrote, then any network of this gateway.
     */
    Optional<Ip4> identity(SessionView session, DhcpRequest request, Ip4 address) {
        Optional<Ip4> identity = settings.serverIdentifier()
                .or(() -> session.address().map(AddressGrant::network).map(Network::gateway))
                .or(() -> request.link().flatMap(session::networkOf).map(Network::gateway))
                .or(() -> session.networkOf(address).map(Network::gateway))
                .or(() -> Optional.of(request.destination()).filter(Ip4::isHost))
                .or(() -> session.networkOf(Ip4.ANY).map(Network::gateway));
        if (identity.isEmpty()) {
            counters.count(DhcpCounter.NO_IDENTITY);
        }
        return identity;
    }

    private Ip4 server(Network network) {
        return settings.serverIdentifier().orElse(network.gateway());
    }

    private Effect send(DhcpReply reply, DhcpCounter counter) {
        DhcpMessage.Encoded encoded = reply.message().encode(reply.request().replyMax());
        counters.count(counter);
        if (!encoded.leftOut().isEmpty()) {
            counters.add(DhcpCounter.OPTIONS_LEFT_OUT, encoded.leftOut().size());
        }
        return new Effect.Send(reply.frame(encoded));
    }
}
