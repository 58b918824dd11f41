package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.session.api.SessionKey;
import sluice.session.api.Stray;
import sluice.session.api.Welcome;
import sluice.testkit.Golden;

class DiscoveryTest {
    private static final long NOW = 95_000;
    private static final DiscoveryTerms OPEN = terms("", "", 0, 1492);
    private static final DiscoveryTerms LISTED = terms("gold, silver", "", 0, 1500);
    private static final PppoeTag ANY = new PppoeTag(PppoeTag.SERVICE_NAME, Bytes.EMPTY);
    private static final PppoeTag HOST_UNIQ = new PppoeTag(PppoeTag.HOST_UNIQ, Bytes.of(1, 2, 3));

    private final PppoeCounters counters = new PppoeCounters();
    private final Discovery discovery = new Discovery(new Cookies(new Random(7)), counters);

    @Test
    void padoStandsAsWrittenDown() throws MalformedPacket {
        Frame padi = new Frame(0, Golden.read(DiscoveryTest.class, "rfc2516-5.1-padi.hex"));
        Bytes pado = answer(onPadi(LISTED, padi)).bytes();
        Bytes golden = Golden.read(DiscoveryTest.class, "rfc2516-5.2-pado.hex");
        assertThat(pado.slice(0, golden.length())).isEqualTo(golden);
        assertThat(pado.slice(golden.length() + 24))
                .isEqualTo(Bytes.fromHex("01030004deadbeef" + "01100003010203" + "0120000205dc"));
    }

    @Test
    void keyHasTheLineThatTheAccessNodeNames() throws MalformedPacket {
        Frame padi = new Frame(2, Golden.read(DiscoveryTest.class, "rfc2516-5.1-padi.hex"));
        SessionKey key = keyOf(padi);
        assertThat(key.line()).hasToString("2:100.7 1/0/3@olt");
        assertThat(key.mac()).isEqualTo(MacAddress.parse("02:00:00:00:00:17"));
        assertThat(key.pppoeSession()).isZero();
    }

    @Test
    void requestWithTheCookieOfAnOfferBeginsASession() throws MalformedPacket {
        Frame padr = padr(cookieOf(onPadi(OPEN, padi(ANY))), ANY, HOST_UNIQ);
        assertThat(onPadr(OPEN, padr, NOW)).isEqualTo(Welcome.BEGIN);
        assertThat(keyOf(padr).pppoeSession()).isBetween(1, 65534);
        assertThat(keyOf(padr)).isEqualTo(keyOf(padr));
    }

    @Test
    void confirmationNamesTheSessionAndTheService() throws MalformedPacket {
        PppoeTag gold = PppoeTag.text(PppoeTag.SERVICE_NAME, "gold");
        PppoeTag relay = new PppoeTag(PppoeTag.RELAY_SESSION_ID, Bytes.of(9));
        PppoeFrame frame = PppoeFrame.decode(padr(Bytes.of(1), gold, HOST_UNIQ, relay, PppoeTag.maxPayload(9000)));
        Frame pads = frame.answer(PppoeFrame.PADS, 0x1234, discovery.pads(LISTED, DiscoveryMessage.decode(frame)));
        assertThat(pads.bytes().slice(12))
                .isEqualTo(Bytes.fromHex("8863" + "11651234001a" + "01010004676f6c64" + "01030003010203" + "0110000109"
                        + "0120000205dc"));
    }

    @Test
    void forgedCookieIsNotAnswered() throws MalformedPacket {
        Bytes cookie = cookieOf(onPadi(OPEN, padi(ANY)));
        byte[] forged = cookie.toArray();
        forged[20] ^= 1;
        assertThat(onPadr(OPEN, padr(Bytes.adopt(forged), ANY), NOW)).isInstanceOf(Welcome.Ignore.class);
        assertThat(counters.get(PppoeCounter.FORGED_COOKIE)).isEqualTo(1);
    }

    @Test
    void cookieOfAnotherDeviceIsAForgery() throws MalformedPacket {
        Bytes cookie = cookieOf(onPadi(OPEN, padi(ANY)));
        Frame padr = frame("020000000099", PppoeFrame.PADR, new PppoeTag(PppoeTag.AC_COOKIE, cookie), ANY);
        assertThat(onPadr(OPEN, padr, NOW)).isInstanceOf(Welcome.Ignore.class);
    }

    @Test
    void staleCookieIsAnsweredWithAnError() throws MalformedPacket {
        Bytes cookie = cookieOf(onPadi(OPEN, padi(ANY)));
        Welcome welcome = onPadr(OPEN, padr(cookie, ANY, HOST_UNIQ), NOW + 60_000);
        assertThat(errorOf(welcome)).containsExactly(PppoeTag.SERVICE_NAME, PppoeTag.GENERIC_ERROR, PppoeTag.HOST_UNIQ);
    }

    @Test
    void serviceThatIsNotServedGetsNoOfferAndAnErrorForARequest() throws MalformedPacket {
        PppoeTag bronze = PppoeTag.text(PppoeTag.SERVICE_NAME, "bronze");
        assertThat(onPadi(LISTED, padi(bronze))).isInstanceOf(Welcome.Ignore.class);
        Bytes cookie = cookieOf(onPadi(LISTED, padi(ANY)));
        assertThat(errorOf(onPadr(LISTED, padr(cookie, bronze), NOW)))
                .containsExactly(PppoeTag.SERVICE_NAME, PppoeTag.SERVICE_NAME_ERROR);
        assertThat(onPadr(LISTED, padr(cookie, PppoeTag.text(PppoeTag.SERVICE_NAME, "gold")), NOW))
                .isEqualTo(Welcome.BEGIN);
    }

    @Test
    void everyServiceIsServedWhereNoneIsListed() throws MalformedPacket {
        assertThat(onPadi(OPEN, padi(PppoeTag.text(PppoeTag.SERVICE_NAME, "whatever"))))
                .isInstanceOf(Welcome.Answer.class);
    }

    @Test
    void whoMayNotBeginASessionGetsNoOfferAndAnErrorForARequest() throws MalformedPacket {
        Bytes cookie = cookieOf(onPadi(OPEN, padi(ANY)));
        PppoeFrame padi = PppoeFrame.decode(padi(ANY));
        Stray drained = new Stray(keyOf(padi(ANY)), 0, 0, 0, Optional.of("drained"));
        assertThat(discovery.onPadi(OPEN, drained, padi, DiscoveryMessage.decode(padi), NOW))
                .isInstanceOf(Welcome.Ignore.class);
        PppoeFrame padr = PppoeFrame.decode(padr(cookie, ANY));
        assertThat(errorOf(discovery.onPadr(OPEN, drained, padr, DiscoveryMessage.decode(padr), NOW)))
                .containsExactly(PppoeTag.SERVICE_NAME, PppoeTag.AC_SYSTEM_ERROR);
    }

    @Test
    void busyGatewayOffersLateAndThenNotAtAll() throws MalformedPacket {
        DiscoveryTerms terms = terms("", "2:100, 4:silent", 0, 1492);
        assertThat(delayWith(terms, 1)).contains(Duration.ZERO);
        assertThat(delayWith(terms, 2)).contains(Duration.ofMillis(100));
        assertThat(delayWith(terms, 3)).contains(Duration.ofMillis(100));
        assertThat(delayWith(terms, 4)).isEmpty();
    }

    @Test
    void fullGatewayBeginsNoSession() throws MalformedPacket {
        DiscoveryTerms terms = terms("", "", 3, 1492);
        assertThat(delayWith(terms, 2)).contains(Duration.ZERO);
        assertThat(delayWith(terms, 3)).isEmpty();
        PppoeFrame padr = PppoeFrame.decode(padr(cookieOf(onPadi(OPEN, padi(ANY))), ANY));
        Stray full = new Stray(keyOf(padi(ANY)), 3, 0, 0, Optional.empty());
        assertThat(errorOf(discovery.onPadr(terms, full, padr, DiscoveryMessage.decode(padr), NOW)))
                .contains(PppoeTag.AC_SYSTEM_ERROR);
    }

    @Test
    void laddersThatDoNotRiseAreRefused() {
        for (String text : List.of("5", "5:", ":5", "5:x", "-1:5", "5:-1", "5:1,5:2", "5:1,4:2", "5:1,")) {
            assertThatIllegalArgumentException().as(text).isThrownBy(() -> PadoLadder.parse(text));
        }
        assertThat(PadoLadder.parse("")).isEqualTo(PadoLadder.NONE);
    }

    @Test
    void frameOfAnUnknownSessionEndsIt() throws MalformedPacket {
        Frame data = new Frame(0, Bytes.fromHex("020000000001020000000017" + "8864" + "110012340004c0210901"));
        Welcome welcome = discovery.onUnknown(PppoeFrame.decode(data));
        assertThat(answer(welcome).bytes())
                .isEqualTo(Bytes.fromHex("020000000017000000000000" + "8863" + "11a712340000"));
    }

    @Test
    void endOfAnUnknownSessionIsNotAnswered() throws MalformedPacket {
        Frame padt = new Frame(0, Bytes.fromHex("020000000001020000000017" + "8863" + "11a712340000"));
        assertThat(discovery.onUnknown(PppoeFrame.decode(padt))).isInstanceOf(Welcome.Ignore.class);
    }

    @Test
    void offerThatWouldNotFitIsNotMade() throws MalformedPacket {
        PppoeTag relay = new PppoeTag(PppoeTag.RELAY_SESSION_ID, Bytes.adopt(new byte[1460]));
        assertThat(onPadi(OPEN, padi(ANY, relay))).isInstanceOf(Welcome.Ignore.class);
        assertThat(counters.get(PppoeCounter.ANSWER_TOO_LONG)).isEqualTo(1);
    }

    @Test
    void payloadIsWhatBothCarry() throws MalformedPacket {
        assertThat(payloadOf(LISTED, 1500)).isEqualTo(1500);
        assertThat(payloadOf(LISTED, 9000)).isEqualTo(1500);
        assertThat(payloadOf(LISTED, 1200)).isEqualTo(1492);
        assertThat(payloadOf(OPEN, 1500)).isEqualTo(1492);
        assertThat(LISTED.payload(DiscoveryMessage.decode(PppoeFrame.decode(padi(ANY)))))
                .isEqualTo(1492);
    }

    @Test
    void maxPayloadOfNoMoreThanUsualIsIgnored() throws MalformedPacket { // RFC 4638
        for (int wish : new int[] {0, 1200, 1492}) {
            PppoeTag tag = PppoeTag.maxPayload(wish);
            PppoeFrame padr = PppoeFrame.decode(padr(Bytes.of(1), ANY, tag));
            Frame pads = padr.answer(PppoeFrame.PADS, 1, discovery.pads(LISTED, DiscoveryMessage.decode(padr)));
            for (Welcome said : List.of(onPadi(LISTED, padi(ANY, tag)), new Welcome.Answer(pads))) {
                assertThat(tagsOf(said))
                        .as("wish of %d", wish)
                        .extracting(PppoeTag::type)
                        .doesNotContain(PppoeTag.PPP_MAX_PAYLOAD);
            }
        }
    }

    private static int payloadOf(DiscoveryTerms terms, int wish) throws MalformedPacket {
        return terms.payload(DiscoveryMessage.decode(PppoeFrame.decode(padi(ANY, PppoeTag.maxPayload(wish)))));
    }

    private Optional<Duration> delayWith(DiscoveryTerms terms, int starting) throws MalformedPacket {
        PppoeFrame padi = PppoeFrame.decode(padi(ANY));
        Stray stray = new Stray(keyOf(padi(ANY)), starting, 0, 0, Optional.empty());
        Welcome welcome = discovery.onPadi(terms, stray, padi, DiscoveryMessage.decode(padi), NOW);
        return welcome instanceof Welcome.Answer(List<Frame> frames, Duration delay)
                ? Optional.of(delay)
                : Optional.empty();
    }

    private Welcome onPadi(DiscoveryTerms terms, Frame frame) throws MalformedPacket {
        PppoeFrame padi = PppoeFrame.decode(frame);
        return discovery.onPadi(terms, stray(frame), padi, DiscoveryMessage.decode(padi), NOW);
    }

    private Welcome onPadr(DiscoveryTerms terms, Frame frame, long now) throws MalformedPacket {
        PppoeFrame padr = PppoeFrame.decode(frame);
        return discovery.onPadr(terms, stray(frame), padr, DiscoveryMessage.decode(padr), now);
    }

    private Stray stray(Frame frame) throws MalformedPacket {
        return new Stray(keyOf(frame), 0, 0, 0, Optional.empty());
    }

    private SessionKey keyOf(Frame frame) throws MalformedPacket {
        PppoeFrame packet = PppoeFrame.decode(frame);
        return discovery.keyOf(packet, DiscoveryMessage.decode(packet));
    }

    private static Frame padi(PppoeTag... tags) {
        return frame("020000000017", PppoeFrame.PADI, tags);
    }

    private static Frame padr(Bytes cookie, PppoeTag... tags) {
        List<PppoeTag> all = new ArrayList<>(Arrays.asList(tags));
        all.add(new PppoeTag(PppoeTag.AC_COOKIE, cookie));
        return frame("020000000017", PppoeFrame.PADR, all.toArray(PppoeTag[]::new));
    }

    private static Frame frame(String source, int code, PppoeTag... tags) {
        Bytes payload = DiscoveryMessage.encode(List.of(tags));
        String head = "11%02x0000%04x".formatted(code, payload.length());
        return new Frame(
                0, Bytes.fromHex("020000000001" + source + "8863" + head).plus(payload));
    }

    private static Frame answer(Welcome welcome) {
        return ((Welcome.Answer) welcome).frames().getFirst();
    }

    private static Bytes cookieOf(Welcome pado) throws MalformedPacket {
        return tagsOf(pado).stream()
                .filter(tag -> tag.type() == PppoeTag.AC_COOKIE)
                .findFirst()
                .orElseThrow()
                .value();
    }

    /** Types of the tags of a PADS that says an error. */
    private static List<Integer> errorOf(Welcome welcome) throws MalformedPacket {
        assertThat(answer(welcome).bytes().slice(14, 4)).isEqualTo(Bytes.fromHex("11650000"));
        return tagsOf(welcome).stream().map(PppoeTag::type).toList();
    }

    private static List<PppoeTag> tagsOf(Welcome welcome) throws MalformedPacket {
        WireReader in = new WireReader(answer(welcome).bytes());
        in.skip(18);
        WireReader payload = new WireReader(in.bytes(in.u16()));
        List<PppoeTag> tags = new ArrayList<>();
        while (payload.hasRemaining()) {
            tags.add(new PppoeTag(payload.u16(), payload.bytes(payload.u16())));
        }
        return tags;
    }

    private static DiscoveryTerms terms(String services, String ladder, int startingMax, int payloadMax) {
        return new DiscoveryTerms(
                "bng-01", DiscoveryTerms.services(services), PadoLadder.parse(ladder), startingMax, payloadMax);
    }
}
