package sluice.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.dataplane.api.Frame;
import sluice.dhcp.DhcpOption.HostName;
import sluice.dhcp.DhcpOption.MessageType;
import sluice.dhcp.DhcpOption.VendorClass;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.testkit.Golden;

/** The codec of messages (RFC 2131, 2; RFC 2132, 9.3; RFC 3396). */
class DhcpMessageTest {
    private static final long SEED = 20_260_102;
    private static final int OPTIONS_AT = DhcpMessage.HEADER_LENGTH;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rfc2131-4.4.1-discover.hex",
                "rfc2131-4.3.2-request-selecting.hex",
                "rfc2131-4.3.2-request-init-reboot.hex",
                "rfc2131-4.3.2-request-renewing.hex",
                "rfc2131-4.3.3-decline.hex",
                "rfc2131-4.3.4-release.hex",
                "rfc2131-4.3.5-inform.hex",
                "rfc2131-4.3.1-offer.hex",
                "rfc2131-4.3.2-nak.hex",
                "rfc3527-3-relayed-discover.hex"
            })
    void goldenMessageComesBackByteForByte(String name) throws MalformedPacket {
        Bytes golden = Golden.read(DhcpMessageTest.class, name);
        assertThat(golden.length()).isGreaterThanOrEqualTo(DhcpMessage.LENGTH_MIN);
        assertThat(DhcpMessage.decode(golden).encode(1472).payload()).isEqualTo(golden);
    }

    @Test
    void fieldsOfTheGoldenDiscoverAreRead() throws MalformedPacket {
        DhcpMessage discover = DhcpMessage.decode(Golden.read(DhcpMessageTest.class, "rfc2131-4.4.1-discover.hex"));
        assertThat(discover.op()).isEqualTo(DhcpMessage.REQUEST);
        assertThat(discover.xid()).isEqualTo(0x3903f326);
        assertThat(discover.secs()).isEqualTo(3);
        assertThat(discover.wantsBroadcast()).isFalse();
        assertThat(discover.chaddr()).isEqualTo(MacAddress.parse("02:00:00:00:07:01"));
        assertThat(discover.type()).isEqualTo(MessageType.DISCOVER);
        assertThat(discover.options())
                .contains(new DhcpOption.RequestedAddress(Ip4.parse("10.64.0.9")))
                .contains(new HostName(Bytes.utf8("cpe-7")))
                .contains(new VendorClass(Bytes.utf8("udhcp 1.35")))
                .contains(new DhcpOption.MaximumSize(576));
    }

    @Test
    void optionsInFileAndSnameAreRead() throws MalformedPacket {
        DhcpMessage message = DhcpMessage.decode(Golden.read(DhcpMessageTest.class, "rfc2132-9.3-overload.hex"));
        assertThat(message.options())
                .containsExactly(
                        new MessageType(MessageType.DISCOVER),
                        new HostName(Bytes.utf8("cpe-in-fil")),
                        new VendorClass(Bytes.utf8("cpe7")));
        assertThat(message.file()).isEqualTo(Bytes.EMPTY);
        assertThat(message.sname()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void partsOfOneOptionArePutTogetherInTheOrderOfTheRfc() throws MalformedPacket {
        DhcpMessage message = DhcpMessage.decode(Golden.read(DhcpMessageTest.class, "rfc3396-7-concatenation.hex"));
        assertThat(message.options())
                .containsExactly(new HostName(Bytes.utf8("cpe-b-c")), new MessageType(MessageType.DISCOVER));
    }

    @Test
    void longOptionIsSplitAndComesBack() throws MalformedPacket {
        byte[] value = new byte[600];
        new SplittableRandom(SEED).nextBytes(value);
        DhcpMessage message = message(new DhcpOption.VendorSpecific(Bytes.adopt(value)));
        Bytes wire = message.encode(1472).payload();
        assertThat(wire.at(OPTIONS_AT + 3)).isEqualTo(DhcpOption.VENDOR_SPECIFIC);
        assertThat(wire.at(OPTIONS_AT + 4)).isEqualTo(255);
        assertThat(DhcpMessage.decode(wire)).isEqualTo(message);
    }

    @Test
    void whatDoesNotFitGoesIntoFileAndSnameButNeverTheRelayOption() throws MalformedPacket {
        RelayAgent relay = new RelayAgent(List.of(new RelayAgent.Part(1, Bytes.adopt(new byte[40]))));
        DhcpMessage message = message(unknown(200, 200), unknown(201, 100), unknown(202, 50), unknown(203, 90), relay);
        DhcpMessage.Encoded encoded = message.encode(548);
        assertThat(encoded.leftOut()).containsExactly(203);
        assertThat(encoded.payload().length()).isLessThanOrEqualTo(548);
        DhcpMessage decoded = DhcpMessage.decode(encoded.payload());
        assertThat(decoded.options()).contains(unknown(200, 200), unknown(201, 100), unknown(202, 50), relay);
        assertThat(encoded.payload().slice(OPTIONS_AT).toHex())
                .as("option 82 behind the header")
                .contains("522a0128");
    }

    @Test
    void serverNameAndBootFileAreKeptAndNotOverwritten() throws MalformedPacket {
        DhcpMessage plain = message(unknown(200, 250), unknown(201, 120));
        DhcpMessage boot = new DhcpMessage(
                plain.op(),
                0,
                1,
                0,
                0,
                Ip4.ANY,
                Ip4.ANY,
                Ip4.ANY,
                Ip4.ANY,
                plain.chaddr(),
                Bytes.utf8("tftp"),
                Bytes.utf8("pxelinux.0"),
                plain.options());
        DhcpMessage.Encoded encoded = boot.encode(548);
        assertThat(encoded.leftOut()).containsExactly(201);
        DhcpMessage decoded = DhcpMessage.decode(encoded.payload());
        assertThat(decoded.sname()).isEqualTo(Bytes.utf8("tftp"));
        assertThat(decoded.file()).isEqualTo(Bytes.utf8("pxelinux.0"));
    }

    @Test
    void messageWithoutEndOptionIsRead() throws MalformedPacket {
        Bytes wire = message().encode(1472).payload().slice(0, OPTIONS_AT + 3);
        assertThat(DhcpMessage.decode(wire).type()).isEqualTo(MessageType.DISCOVER);
    }

    @Test
    void everyTruncationIsRefusedOrLosesWholeOptionsOnly() throws MalformedPacket {
        Bytes golden = Golden.read(DhcpMessageTest.class, "rfc2131-4.4.1-discover.hex");
        List<DhcpOption> all = DhcpMessage.decode(golden).options();
        for (int length = 0; length < golden.length(); length++) {
            try {
                List<DhcpOption> left =
                        DhcpMessage.decode(golden.slice(0, length)).options();
                assertThat(length).isGreaterThan(OPTIONS_AT);
                assertThat(all).startsWith(left.toArray(DhcpOption[]::new));
            } catch (MalformedPacket expected) {
                assertThat(expected.offset()).isBetween(0, length);
            }
        }
    }

    @Test
    void everyTruncationOfAFrameIsRefused() {
        Bytes frame = Golden.read(DhcpMessageTest.class, "rfc3046-2.0-discover-frame.hex");
        for (int length = 0; length < frame.length(); length++) {
            Frame cut = new Frame(0, frame.slice(0, length));
            assertThatExceptionOfType(MalformedPacket.class).isThrownBy(() -> DhcpRequest.decode(cut));
        }
    }

    @Test
    void headersThatAreNotDhcpOverEthernetAreRefused() {
        Bytes golden = Golden.read(DhcpMessageTest.class, "rfc2131-4.4.1-discover.hex");
        assertFault(DhcpFault.BAD_OPERATION, with(golden, 0, 3));
        assertFault(DhcpFault.BAD_HARDWARE, with(golden, 1, 6));
        assertFault(DhcpFault.BAD_HARDWARE, with(golden, 2, 16));
        assertFault(DhcpFault.NO_COOKIE, with(golden, 236, 0));
        assertFault(DhcpFault.NO_MESSAGE_TYPE, with(golden, OPTIONS_AT, 200));
        assertFault(
                DhcpFault.BAD_OPTION,
                with(Golden.read(DhcpMessageTest.class, "rfc2132-9.3-overload.hex"), OPTIONS_AT + 5, 4));
    }

    @Test
    void framesThatAreNotForTheServerAreRefusedByName() {
        Cpe cpe = new Cpe("02:00:00:00:07:01", 7);
        Cpe group = new Cpe("03:00:00:00:07:01", 7);
        Bytes frame = cpe.discover().bytes();
        assertRefused(DhcpFault.BAD_STATION, group.discover());
        assertRefused(DhcpFault.NOT_DHCP, new Frame(0, with(frame, 21, 0x06)));
        DhcpMessage request = cpe.message(MessageType.DISCOVER, Ip4.ANY);
        DhcpMessage reply = new DhcpMessage(
                DhcpMessage.REPLY,
                0,
                1,
                0,
                0,
                Ip4.ANY,
                Ip4.ANY,
                Ip4.ANY,
                Ip4.ANY,
                cpe.mac,
                Bytes.EMPTY,
                Bytes.EMPTY,
                request.options());
        assertRefused(DhcpFault.BAD_OPERATION, cpe.broadcast(reply));
    }

    @Test
    void randomBytesGiveAMessageOrMalformedPacketAndNothingElse() {
        SplittableRandom random = new SplittableRandom(SEED);
        Bytes golden = Golden.read(DhcpMessageTest.class, "rfc2131-4.3.1-offer.hex");
        int decoded = 0;
        for (int i = 0; i < 200_000; i++) {
            int cut = random.nextInt(8) == 0 ? random.nextInt(60) : 0;
            byte[] bytes = golden.slice(0, golden.length() - cut).toArray();
            int flips = random.nextInt(4);
            for (int flip = 0; flip < flips; flip++) {
                int at = random.nextInt(4) == 0
                        ? random.nextInt(bytes.length)
                        : random.nextInt(OPTIONS_AT, bytes.length);
                bytes[at] = (byte) random.nextInt();
            }
            decoded += survives(Bytes.adopt(bytes), i) ? 1 : 0;
        }
        assertThat(decoded).as("both kinds occur").isBetween(50_000, 180_000);
    }

    /** What is decoded is encoded and decoded to the same. */
    private static boolean survives(Bytes bytes, int round) {
        DhcpMessage message;
        try {
            message = DhcpMessage.decode(bytes);
        } catch (MalformedPacket expected) {
            return false;
        }
        try {
            DhcpMessage.Encoded encoded = message.encode(4096);
            assertThat(encoded.leftOut()).isEmpty();
            DhcpMessage again = DhcpMessage.decode(encoded.payload());
            assertThat(again.options())
                    .as("seed %d round %d", SEED, round)
                    .containsExactlyInAnyOrderElementsOf(message.options());
            return true;
        } catch (MalformedPacket e) {
            throw new AssertionError("seed " + SEED + " round " + round, e);
        }
    }

    private static DhcpOption unknown(int code, int length) {
        return new DhcpOption.Unknown(code, Bytes.adopt(new byte[length]));
    }

    private static DhcpMessage message(DhcpOption... options) {
        return new Cpe("02:00:00:00:07:01", 7).message(MessageType.DISCOVER, Ip4.ANY, options);
    }

    private static Bytes with(Bytes bytes, int at, int value) {
        byte[] changed = bytes.toArray();
        changed[at] = (byte) value;
        return Bytes.adopt(changed);
    }

    private static void assertFault(DhcpFault fault, Bytes payload) {
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> DhcpMessage.decode(payload))
                .satisfies(malformed -> assertThat(malformed.reason()).isEqualTo(fault));
    }

    private static void assertRefused(DhcpFault fault, Frame frame) {
        FakeEngine engine = new FakeEngine();
        engine.receive(frame);
        assertThat(engine.sessions).isEmpty();
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> DhcpRequest.decode(frame))
                .satisfies(malformed -> {
                    assertThat(malformed.reason()).isEqualTo(fault);
                    assertThat(engine.counters.get(DhcpFault.counterOf(malformed)))
                            .isOne();
                });
    }
}
