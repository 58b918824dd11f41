package sluice.coa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tinyradius.core.dictionary.DefaultDictionary;
import org.tinyradius.core.packet.RadiusPacket;
import org.tinyradius.core.packet.response.RadiusResponse;
import sluice.loop.MonotonicClock;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;

/** The listener as radclient of FreeRADIUS speaks with it, over the loopback of both families. */
class RadclientTest {

    private static final Path PROGRAM = Path.of("/usr/bin/radclient");
    private static final String SESSION = "Acct-Session-Id = 0000123456789abc";

    private final FakeSessions sessions = new FakeSessions().with(FakeSessions.golden());
    private final CoaListener listener = new CoaListener(
            new ListenerSettings(
                    Samples.at("::", 0),
                    EnumSet.allOf(RequestKind.class),
                    Samples.listener().window(),
                    false,
                    100,
                    1000,
                    Samples.listener().remembered()),
            Samples.gateway(),
            sessions,
            MonotonicClock.system(),
            InstantSource.system());

    @BeforeEach
    void hearTheLoopback() {
        listener.add(Samples.client("127.0.0.1, ::1"));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (listener.port() == 0 || listener.reception().clients().isEmpty()) {
            assertThat(System.nanoTime()).as("listening in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void close() {
        listener.close();
    }

    @Test
    void disconnectIsAcknowledged() throws Exception {
        assertThat(radclient("127.0.0.1", "disconnect", SESSION, Samples.SECRET))
                .contains("Received Disconnect-ACK")
                .contains("Acct-Terminate-Cause = Admin-Reset");
        assertThat(sessions.commands()).hasSize(1).first().isInstanceOf(Command.Disconnect.class);
    }

    @Test
    void clientOfIp6IsAnswered() throws Exception {
        assertThat(radclient("[::1]", "coa", SESSION + ", Filter-Id = blocked", Samples.SECRET))
                .contains("Received CoA-ACK");
    }

    @Test
    void refusalTellsWhy() throws Exception {
        sessions.answer(CommandResult.POLICY_UNKNOWN);
        assertThat(radclient(
                        "127.0.0.1",
                        "coa",
                        SESSION + ", Filter-Id = nothing, Message-Authenticator = 0x00, State = 0xcafe,"
                                + " Proxy-State = 0x01, Proxy-State = 0x02",
                        Samples.SECRET))
                .contains("Received CoA-NAK")
                .contains("Error-Cause = Invalid-Attribute-Value")
                .contains("State = 0xcafe")
                .containsSubsequence("Proxy-State = 0x01", "Proxy-State = 0x02");
    }

    @Test
    void wrongSecretGetsNoAnswer() throws Exception {
        assertThat(radclient("127.0.0.1", "disconnect", SESSION, "other")).contains("No reply from server");
        assertThat(sessions.commands()).isEmpty();
        assertThat(listener.reception().counters().silent().get(Silence.WRONG_AUTHENTICATOR))
                .isPositive();
    }

    @Test
    void lateAnswerIsTheSameForEveryTransmission() throws Exception {
        byte[] request = Samples.disconnect(1, Samples.golden());
        sessions.hold();
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            socket.setSoTimeout(5_000);
            for (int i = 0; i < 3; i++) {
                socket.send(new DatagramPacket(request, request.length, Samples.at("127.0.0.1", listener.port())));
            }
            while (listener.reception().counters().silent().get(Silence.IN_PROGRESS) < 2) {
                Thread.onSpinWait();
            }
            sessions.release();
            byte[] first = receive(socket);
            socket.send(new DatagramPacket(request, request.length, Samples.at("127.0.0.1", listener.port())));
            assertThat(receive(socket)).isEqualTo(first);
            RadiusPacket<?> read =
                    RadiusResponse.fromByteBuf(DefaultDictionary.INSTANCE, Unpooled.wrappedBuffer(first));
            assertThat(read.getType()).isEqualTo((byte) 41);
        }
        assertThat(sessions.commands()).hasSize(1);
    }

    private static byte[] receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private String radclient(String host, String command, String attributes, String secret) throws Exception {
        assumeTrue(Files.isExecutable(PROGRAM), "radclient is not installed");
        Process process = new ProcessBuilder(
                        PROGRAM.toString(), "-x", "-r", "1", "-t", "2", host + ":" + listener.port(), command, secret)
                .redirectErrorStream(true)
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(attributes.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
