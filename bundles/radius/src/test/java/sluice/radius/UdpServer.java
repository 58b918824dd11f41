package sluice.radius;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tinyradius.core.RadiusPacketException;
import org.tinyradius.core.attribute.type.RadiusAttribute;
import org.tinyradius.core.dictionary.DefaultDictionary;
import org.tinyradius.core.dictionary.Dictionary;
import org.tinyradius.core.packet.RadiusPacket;
import org.tinyradius.core.packet.request.RadiusRequest;
import org.tinyradius.core.packet.response.GenericResponse;
import org.tinyradius.core.packet.response.RadiusResponse;
import sluice.net.Bytes;
import sluice.platform.api.Secret;
import sluice.radius.packet.AttributeText;

/**
 * A RADIUS server of which the test makes every move. Packets are made and read by TinyRadius, which shares no code
 * with ours.
 */
final class UdpServer implements AutoCloseable {

    private static final Dictionary DICTIONARY = DefaultDictionary.INSTANCE;
    private static final int RECEIVE_BUFFER = 4 << 20;

    private final DatagramSocket socket;
    private final String secret;
    private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();

    /** A datagram as it came. */
    record Question(Bytes packet, SocketAddress from) {

        byte[] authenticator() {
            return packet.slice(4, 16).toArray();
        }

        int id() {
            return packet.at(1);
        }

        String text(int type) throws RadiusPacketException {
            return new String(attribute(type).getValue(), StandardCharsets.UTF_8);
        }

        long number(int type) throws RadiusPacketException {
            return AttributeText.number(Bytes.copyOf(attribute(type).getValue()));
        }

        private RadiusAttribute attribute(int type) throws RadiusPacketException {
            return read().getAttribute(type).orElseThrow(() -> new AssertionError("no attribute " + type));
        }

        RadiusRequest read() throws RadiusPacketException {
            return RadiusRequest.fromByteBuf(DICTIONARY, Unpooled.wrappedBuffer(packet.toArray()));
        }
    }

    UdpServer(String secret) throws IOException {
        this.secret = secret;
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.setReceiveBufferSize(RECEIVE_BUFFER);
        Thread.ofVirtual().start(this::receive);
    }

    private void receive() {
        byte[] buffer = new byte[5000];
        while (!socket.isClosed()) {
            DatagramPacket datagram = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(datagram);
            } catch (IOException e) { // closed
                return;
            }
            questions.add(new Question(Bytes.copyOf(buffer, 0, datagram.getLength()), datagram.getSocketAddress()));
        }
    }

    /** Settings with which a client reaches this server for both services. */
    ServerSettings settings(String name, int priority) {
        return settings(name, priority, secret, true);
    }

    ServerSettings settings(String name, int priority, String clientSecret, boolean demanded) {
        return new ServerSettings(
                name,
                InetAddress.getLoopbackAddress(),
                socket.getLocalPort(),
                socket.getLocalPort(),
                new Secret(clientSecret.getBytes(StandardCharsets.UTF_8)),
                Duration.ofSeconds(3),
                3,
                demanded,
                priority);
    }

    /** The next request, for which it waits. */
    Question take() throws InterruptedException {
        @Nullable Question next = questions.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no request came");
        }
        return next;
    }

    /** The next request, for which it waits some milliseconds. */
    Optional<Question> poll(long millis) throws InterruptedException {
        return Optional.ofNullable(questions.poll(millis, TimeUnit.MILLISECONDS));
    }

    /** Whether a request came that was not taken. */
    boolean hasMore() {
        return !questions.isEmpty();
    }

    void send(Question to, byte[] reply) throws IOException {
        socket.send(new DatagramPacket(reply, reply.length, to.from()));
    }

    /** Answers as a server does. */
    void accept(Question question, RadiusAttribute... attributes) throws IOException, RadiusPacketException {
        send(question, reply(question, 2, attributes));
    }

    void confirm(Question question) throws IOException, RadiusPacketException {
        send(question, reply(question, 5));
    }

    byte[] reply(Question question, int code, RadiusAttribute... attributes) throws RadiusPacketException {
        return RadiusResponse.create(DICTIONARY, (byte) code, (byte) question.id(), null, List.of(attributes))
                .encodeResponse(secret, question.authenticator())
                .toBytes();
    }

    /** The same without a Message-Authenticator, as older servers answer. */
    byte[] unsigned(Question question, int code, RadiusAttribute... attributes) throws RadiusPacketException {
        return new GenericResponse(
                        DICTIONARY,
                        RadiusPacket.buildHeader((byte) code, (byte) question.id(), null, List.of(attributes)),
                        List.of(attributes))
                .encodeResponse(secret, question.authenticator())
                .toBytes();
    }

    static RadiusAttribute octets(int type, byte[] value) {
        return DICTIONARY.createAttribute(-1, type, value);
    }

    static RadiusAttribute text(int type, String value) {
        return octets(type, value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() { // which ends the thread too
        socket.close();
    }
}
