package sluice.coa;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.coa.Answers.Verdict;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeText;
import sluice.radius.packet.PacketFault;
import sluice.radius.packet.PacketRefused;
import sluice.radius.packet.Packets;
import sluice.radius.packet.VerifiedPacket;

/**
 * Takes datagrams, believes those that a client signed, has them done once and sends the answer. Belongs to the
 * listener's thread, but for {@link #clients} and the counters, which any thread may read.
 */
final class Reception {

    private static final Logger LOG = LoggerFactory.getLogger(Reception.class);
    private static final long WORKING_MILLIS = 60_000;
    private static final int REMEMBERED_MAX = 8192;
    private static final int DONE_MAX = 65_536;

    private final ListenerSettings settings;
    private final RequestReader reader;
    private final Execution execution;
    private final MonotonicClock clock;
    private final InstantSource wall;
    private final Port port;
    private final CoaCounters counters = new CoaCounters();
    private final RecentRequests recent = new RecentRequests();
    private final DuplicateCache duplicates;
    private final ReplayGuard replays;
    private volatile List<ClientLink> clients = List.of();

    /** The way out. */
    interface Port {

        void send(byte[] packet, InetSocketAddress to);
    }

    /** A request that is worked on. */
    private record Pending(RequestKind kind, ClientLink client, VerifiedPacket packet, DuplicateCache.Key key) {}

    Reception(
            ListenerSettings settings,
            RequestReader reader,
            Execution execution,
            MonotonicClock clock,
            InstantSource wall,
            Port port) {
        this.settings = settings;
        this.reader = reader;
        this.execution = execution;
        this.clock = clock;
        this.wall = wall;
        this.port = port;
        long remembered = settings.remembered().toMillis();
        this.duplicates = new DuplicateCache(REMEMBERED_MAX, remembered, Math.max(remembered, WORKING_MILLIS));
        this.replays = new ReplayGuard(DONE_MAX, 2 * settings.window().toMillis());
    }

    void add(ClientSettings client) {
        List<ClientLink> more = new ArrayList<>(clients);
        more.add(new ClientLink(client, settings.perSecond(), clock.millis()));
        clients = List.copyOf(more);
    }

    void remove(ClientSettings client) {
        clients =
                clients.stream().filter(link -> !link.settings().equals(client)).toList();
    }

    /** Who may send requests. */
    List<ClientLink> clients() {
        return clients;
    }

    CoaCounters counters() {
        return counters;
    }

    RecentRequests recent() {
        return recent;
    }

    /** Requests that wait for their answer, as of the last datagram. */
    int working() {
        return duplicates.working();
    }

    /** A datagram; the array is reused after the call. */
    void received(byte[] datagram, int size, InetSocketAddress from) {
        long now = clock.millis();
        counters.silent().add(Silence.GIVEN_UP, duplicates.expire(now));
        Optional<ClientLink> client = clientAt(from.getAddress());
        if (client.isEmpty()) {
            counters.silent().count(Silence.UNKNOWN_SOURCE);
            return;
        }
        try {
            accept(client.get(), datagram, size, from, now);
        } catch (PacketRefused refused) {
            drop(client.get(), silence(refused.fault()));
        }
    }

    private void accept(ClientLink client, byte[] datagram, int size, InetSocketAddress from, long now)
            throws PacketRefused {
        Optional<RequestKind> kind = size == 0 ? Optional.empty() : RequestKind.of(datagram[0] & 0xff);
        if (size >= Packets.HEADER && kind.isEmpty()) {
            drop(client, Silence.WRONG_CODE);
            return;
        }
        VerifiedPacket packet = client.signature()
                .verifyRequest(datagram, size, client.settings().messageAuthenticatorDemanded());
        Optional<Bytes> timestamp = timestamp(packet);
        Optional<Silence> untimely = untimely(timestamp);
        if (kind.isEmpty() || untimely.isPresent()) {
            drop(client, untimely.orElse(Silence.WRONG_CODE));
            return;
        }
        DuplicateCache.Key key = new DuplicateCache.Key(from, packet.id(), packet.authenticator());
        Optional<DuplicateCache.Entry> before = duplicates.find(key, now);
        if (before.isPresent()) {
            repeat(new Pending(kind.get(), client, packet, key), before.get());
        } else if (timestamp.isPresent() && replays.knows(client.settings().name(), packet.authenticator(), now)) {
            drop(client, Silence.REPLAYED);
        } else {
            if (timestamp.isPresent()) {
                replays.remember(client.settings().name(), packet.authenticator(), now);
            }
            begin(new Pending(kind.get(), client, packet, key), now);
        }
    }

    private void repeat(Pending pending, DuplicateCache.Entry before) {
        if (before.isAnswered()) {
            count(pending, RequestCounter.REPEATED);
            port.send(before.answer(), pending.key().source());
        } else {
            drop(pending.client(), Silence.IN_PROGRESS);
        }
    }

    private void begin(Pending pending, long now) {
        count(pending, RequestCounter.REQUESTS);
        boolean overloaded = duplicates.working() >= settings.inFlightMax();
        duplicates.begin(pending.key(), now);
        if (overloaded || !pending.client().limit().take(now)) {
            String detail = overloaded ? "too many requests are worked on" : "too many requests per second";
            answer(pending, "", Verdict.refused(ErrorCause.RESOURCES_UNAVAILABLE, detail));
            return;
        }
        try {
            checkAllowed(pending);
            SessionRequest request = reader.read(pending.kind(), pending.packet());
            execution.run(request, (session, verdict) -> answer(pending, session, verdict));
        } catch (RequestRefused refused) {
            answer(pending, "", Verdict.refused(refused.errorCause(), refused.detail()));
        }
    }

    private void checkAllowed(Pending pending) throws RequestRefused {
        if (!settings.kinds().contains(pending.kind())) {
            throw new RequestRefused(ErrorCause.UNSUPPORTED_EXTENSION, "is switched off on this gateway");
        }
        if (!pending.client().settings().may(pending.kind())) {
            throw new RequestRefused(ErrorCause.ADMINISTRATIVELY_PROHIBITED, "this client may not");
        }
    }

    private void answer(Pending pending, String session, Verdict verdict) {
        if (!verdict.done() && !verdict.cause().equals(Optional.of(ErrorCause.REQUEST_INITIATED))) {
            replays.forget(pending.client().settings().name(), pending.packet().authenticator());
        }
        byte[] packet = Answers.packet(
                pending.kind(), pending.packet(), verdict, pending.client().signature());
        if (!duplicates.answered(pending.key(), packet)) {
            return; // it was given up and counted so; the client has given up as well
        }
        count(pending, verdict.done() ? RequestCounter.DONE : RequestCounter.REFUSED);
        verdict.cause().ifPresent(cause -> counters.causes(pending.kind()).count(cause));
        String answer = (verdict.done() ? "ACK" : "NAK")
                + verdict.cause().map(cause -> " " + cause.label()).orElse("");
        String name = pending.client().settings().name();
        LOG.debug("session={} client={} {}: {} {}", session, name, pending.kind(), answer, verdict.detail());
        recent.add(new RecentRequests.Row(
                wall.instant(), name, pending.kind().toString(), session, answer, verdict.detail()));
        port.send(packet, pending.key().source());
    }

    /** The client with the longest prefix. */
    private Optional<ClientLink> clientAt(InetAddress source) {
        Optional<ClientLink> best = Optional.empty();
        int bits = -1;
        for (ClientLink link : clients) {
            int match = link.match(source);
            if (match > bits) {
                best = Optional.of(link);
                bits = match;
            }
        }
        return best;
    }

    /** RFC 5176, 6.3: what is not of now is discarded in silence. */
    private Optional<Silence> untimely(Optional<Bytes> timestamp) {
        if (timestamp.isEmpty()) {
            return settings.timestampDemanded() ? Optional.of(Silence.NO_EVENT_TIMESTAMP) : Optional.empty();
        }
        Bytes value = timestamp.get();
        return value.length() == 4 && isOfNow(AttributeText.number(value))
                ? Optional.empty()
                : Optional.of(Silence.STALE);
    }

    private static Optional<Bytes> timestamp(VerifiedPacket packet) {
        for (Bytes rest = packet.attributes(); !rest.isEmpty(); rest = rest.slice(rest.at(1))) {
            if (rest.at(0) == AttributeCode.EVENT_TIMESTAMP.type()) {
                return Optional.of(rest.slice(2, rest.at(1) - 2));
            }
        }
        return Optional.empty();
    }

    private boolean isOfNow(long epochSecond) {
        Duration apart = Duration.between(Instant.ofEpochSecond(epochSecond), wall.instant());
        return apart.abs().compareTo(settings.window()) <= 0;
    }

    private void count(Pending pending, RequestCounter counter) {
        counters.requests(pending.kind()).count(counter);
        pending.client().counters().count(counter);
    }

    private void drop(ClientLink client, Silence reason) {
        counters.silent().count(reason);
        client.silent().count(reason);
    }

    private static Silence silence(PacketFault fault) {
        return switch (fault) {
            case TRUNCATED -> Silence.TRUNCATED;
            case OVERSIZED -> Silence.OVERSIZED;
            case WRONG_AUTHENTICATOR -> Silence.WRONG_AUTHENTICATOR;
            case NO_MESSAGE_AUTHENTICATOR -> Silence.NO_MESSAGE_AUTHENTICATOR;
            case WRONG_MESSAGE_AUTHENTICATOR -> Silence.WRONG_MESSAGE_AUTHENTICATOR;
            default -> Silence.MALFORMED;
        };
    }
}
