package sluice.coa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeText;
import sluice.radius.packet.PacketRefused;
import sluice.radius.packet.PacketSignature;
import sluice.radius.packet.RadiusDictionary;
import sluice.radius.packet.VerifiedPacket;
import sluice.testkit.ManualClock;

/** A reception without a network: datagrams go in, verified answers come out, time is moved by hand. */
final class Desk {

    static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");

    final FakeSessions sessions = new FakeSessions().with(FakeSessions.golden());
    final ManualClock clock = new ManualClock(NOW);
    final Reception reception;
    private final List<byte[]> sent = new ArrayList<>();
    private final List<InetSocketAddress> receivers = new ArrayList<>();

    Desk() {
        this(Samples.listener(), Samples.client("198.18.255.1, 2001:db8::/64"));
    }

    Desk(ListenerSettings settings, ClientSettings... clients) {
        reception = new Reception(
                settings,
                new RequestReader(Samples.gateway(), RadiusDictionary.builtIn()),
                new Execution(sessions, Runnable::run),
                clock,
                clock.wall(),
                (packet, to) -> {
                    sent.add(packet);
                    receivers.add(to);
                });
        for (ClientSettings client : clients) {
            reception.add(client);
        }
    }

    void receive(byte[] packet) {
        receive(packet, Samples.CLIENT);
    }

    void receive(byte[] packet, InetSocketAddress from) {
        reception.received(packet, packet.length, from);
    }

    /** The answer to this request, verified as a client does. */
    Answer ask(byte[] packet) throws PacketRefused {
        int before = sent.size();
        receive(packet);
        assertThat(sent).hasSize(before + 1);
        return answer(packet);
    }

    /** The latest answer, which must be to this request. */
    Answer answer(byte[] request) throws PacketRefused {
        byte[] packet = sent.getLast();
        VerifiedPacket verified = new PacketSignature(Samples.secret(Samples.SECRET))
                .verifyReply(packet, packet.length, Bytes.copyOf(request, 4, 16).toArray(), hasSignature(packet));
        assertThat(verified.id()).isEqualTo(request[1] & 0xff);
        return new Answer(verified);
    }

    private static boolean hasSignature(byte[] packet) {
        return packet.length > 20 && packet[20] == 80;
    }

    /** On the gateway's clock. */
    Instant now() {
        return clock.wall().instant();
    }

    int sent() {
        return sent.size();
    }

    byte[] lastSent() {
        return sent.getLast();
    }

    InetSocketAddress lastReceiver() {
        return receivers.getLast();
    }

    long silent(Silence reason) {
        return reception.counters().silent().get(reason);
    }

    /** An answer as a client reads it. */
    record Answer(VerifiedPacket packet) {

        int code() {
            return packet.code();
        }

        /** Error-Cause, 0 when there is none. */
        int cause() {
            return value(AttributeCode.ERROR_CAUSE)
                    .map(value -> (int) AttributeText.number(value))
                    .orElse(0);
        }

        Optional<Bytes> value(AttributeCode code) {
            return values(code).stream().findFirst();
        }

        List<Bytes> values(AttributeCode code) {
            List<Bytes> found = new ArrayList<>();
            for (Bytes rest = packet.attributes(); !rest.isEmpty(); rest = rest.slice(rest.at(1))) {
                if (rest.at(0) == code.type()) {
                    found.add(rest.slice(2, rest.at(1) - 2));
                }
            }
            return found;
        }
    }
}
