package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;

/** What is asked and answered in LCP (RFC 1661, 6), IPCP (RFC 1332, 3; RFC 1877) and IPv6CP (RFC 5072, 4). */
class PppOptionsTest {
    private static final LayerContext CONTEXT =
            new LayerContext(LinkSettings.DEFAULT, new SplittableRandom(PppPeer.SEED), 1492);
    private static final LcpOptions LCP = LcpOptions.begin(1492, CONTEXT);
    private static final IpcpOptions IPCP = IpcpOptions.begin(PppPeer.grant());
    private static final long GRANTED = 0x0000_0000_0000_0042L;

    /** Options as hexadecimal digits in, answer as code name and digits out. */
    private static String answer(OptionSet<?> options, String asked, boolean mayNak) throws MalformedPacket {
        Answer<?> answer = options.judge(PppOption.decodeAll(Bytes.fromHex(asked)), mayNak, CONTEXT);
        String name = switch (answer.code()) {
            case ControlPacket.CONFIGURE_ACK -> "ack ";
            case ControlPacket.CONFIGURE_NAK -> "nak ";
            default -> "rej ";
        };
        return name + PppOption.encodeAll(answer.options()).toHex();
    }

    /** 1492 is 05d4, 1500 is 05dc. */
    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource({
        "nothing asked, '', true, 'ack '",
        "mru as allowed, 010405d4, true, ack 010405d4",
        "smaller mru, 01040400, true, ack 01040400",
        "mru above what discovery allows, 010405dc, true, nak 010405d4",
        "mru too small for ip, 01040044, true, nak 010405d4",
        "mru of a wrong length, 010305, true, nak 010405d4",
        "mru refused too often, 010405dc, false, rej 010405dc",
        "magic, 050611223344, true, ack 050611223344",
        "asyncmap, 020600000000, true, rej 020600000000",
        "that we authenticate ourselves, 0304c023, true, rej 0304c023",
        "quality, 0408c02500000000, true, rej 0408c02500000000",
        "protocol compression, 0702, true, rej 0702",
        "address compression, 0802, true, rej 0802",
        "fcs alternatives, 090301, true, rej 090301",
        "callback, 0d0306, true, rej 0d0306",
        "multilink, 110405dc, true, rej 110405dc",
        "unknown of length zero, ff02, true, rej ff02",
        "reject goes before nak, 010405dc0702, true, rej 0702",
        "reject goes before nak and names all, 07020802010405dc, true, rej 07020802",
        "order of the request in the ack, 050611223344010405d4, true, ack 050611223344010405d4"
    })
    void lcpRequestIsAnswered(String what, String asked, boolean mayNak, String expected) throws MalformedPacket {
        assertThat(answer(LCP, asked, mayNak)).isEqualTo(expected);
    }

    @Test
    void magicNumberZeroOrOfAWrongLengthIsNakkedWithARandomOne() throws MalformedPacket {
        for (String asked : List.of("050600000000", "05041122")) {
            String answer = answer(LCP, asked, true);
            assertThat(answer).startsWith("nak 0506").isNotEqualTo("nak 050600000000");
        }
    }

    @Test
    void whatThePeerTakesIsNeverAboveTheLimit() {
        assertThat(LCP.peerMru()).isEqualTo(1492);
        assertThat(LcpOptions.begin(1500, CONTEXT).peerMru()).isEqualTo(1500);
        assertThat(LcpOptions.begin(1508, CONTEXT).peerMru()).isEqualTo(1500);
        Answer<LcpOptions> smaller = LCP.judge(List.of(PppOption.u16(LcpOptions.MRU, 1400)), true, CONTEXT);
        assertThat(smaller.next().peerMru()).isEqualTo(1400);
        assertThat(smaller.next().judge(List.of(), true, CONTEXT).next().peerMru())
                .isEqualTo(1492);
    }

    @Test
    void lcpAsksForMruFirstMethodAndMagic() {
        assertThat(LCP.request())
                .containsExactly(
                        PppOption.u16(LcpOptions.MRU, 1492),
                        AuthenticationMethod.CHAP_MD5.option(),
                        PppOption.i32(LcpOptions.MAGIC, LCP.magic()));
        assertThat(LCP.magic()).isNotZero();
    }

    @Test
    void methodsAreTriedInTheOperatorsOrderUntilNoneIsLeft() {
        PppOption eap = PppOption.u16(LcpOptions.AUTHENTICATION, 0xc227);
        LcpOptions second = LCP.nakked(List.of(eap), CONTEXT);
        assertThat(second.method()).contains(AuthenticationMethod.MS_CHAP2);
        LcpOptions third = second.nakked(List.of(eap), CONTEXT);
        assertThat(third.method()).contains(AuthenticationMethod.PAP);
        LcpOptions none = third.nakked(List.of(eap), CONTEXT);
        assertThat(none.failure()).contains(LinkEnd.AUTHENTICATION_REFUSED);
    }

    @Test
    void peersOwnProposalIsTakenWhenTheOperatorAllowsIt() {
        LcpOptions pap = LCP.nakked(List.of(AuthenticationMethod.PAP.option()), CONTEXT);
        assertThat(pap.method()).contains(AuthenticationMethod.PAP);
        LcpOptions back = pap.nakked(List.of(AuthenticationMethod.CHAP_MD5.option()), CONTEXT);
        assertThat(back.method()).as("refused before").contains(AuthenticationMethod.MS_CHAP2);
    }

    @Test
    void peerThatRejectsAuthenticationIsRefusedUnlessNoneIsAllowed() {
        assertThat(LCP.rejected(List.of(AuthenticationMethod.CHAP_MD5.option()), CONTEXT)
                        .failure())
                .contains(LinkEnd.AUTHENTICATION_REFUSED);
        LayerContext lenient = new LayerContext(
                PppPeer.with(List.of(AuthenticationMethod.PAP), true, Families.DUAL),
                new SplittableRandom(PppPeer.SEED),
                1492);
        LcpOptions free = LcpOptions.begin(1492, lenient).rejected(List.of(AuthenticationMethod.PAP.option()), lenient);
        assertThat(free.failure()).isEmpty();
        assertThat(free.method()).isEmpty();
    }

    @Test
    void smallerMruIsTakenAndAnyOtherIsNotAskedForAgain() {
        assertThat(LCP.nakked(List.of(PppOption.u16(LcpOptions.MRU, 1400)), CONTEXT)
                        .mru())
                .isEqualTo(1400);
        assertThat(LCP.nakked(List.of(PppOption.u16(LcpOptions.MRU, 1500)), CONTEXT)
                        .mru())
                .isZero();
        assertThat(LCP.nakked(List.of(PppOption.u16(LcpOptions.MRU, 1492)), CONTEXT)
                        .mru())
                .isZero();
        assertThat(LCP.nakked(List.of(new PppOption(LcpOptions.MRU, Bytes.of(5))), CONTEXT)
                        .mru())
                .isZero();
        assertThat(LCP.rejected(List.of(PppOption.u16(LcpOptions.MRU, 1492)), CONTEXT)
                        .request())
                .noneMatch(option -> option.type() == LcpOptions.MRU);
    }

    @Test
    void nakkedMagicIsReplacedAndARejectedOneGivenUp() {
        PppOption mine = PppOption.i32(LcpOptions.MAGIC, LCP.magic());
        LcpOptions other = LCP.nakked(List.of(mine), CONTEXT);
        assertThat(other.magic()).isNotEqualTo(LCP.magic()).isNotZero();
        assertThat(LCP.rejected(List.of(mine), CONTEXT).magic()).isZero();
    }

    @Test
    void ownMagicNumberAgainAndAgainIsALoop() {
        LcpOptions looped = LCP;
        for (int round = 1; round <= LinkSettings.DEFAULT.maxFailure(); round++) {
            assertThat(looped.failure()).isEmpty();
            Answer<LcpOptions> answer =
                    looped.judge(List.of(PppOption.i32(LcpOptions.MAGIC, looped.magic())), true, CONTEXT);
            assertThat(answer.code()).isEqualTo(ControlPacket.CONFIGURE_NAK);
            assertThat((int) answer.options().getFirst().number())
                    .isNotEqualTo(looped.magic())
                    .isNotZero();
            looped = answer.next();
        }
        assertThat(looped.failure()).contains(LinkEnd.LOOPED);
    }

    @Test
    void anotherMagicNumberInBetweenIsNoLoop() {
        PppOption own = PppOption.i32(LcpOptions.MAGIC, LCP.magic());
        LcpOptions once = LCP.judge(List.of(own), true, CONTEXT).next();
        assertThat(once.loops()).isEqualTo(1);
        LcpOptions fine = once.judge(List.of(PppOption.i32(LcpOptions.MAGIC, 7)), true, CONTEXT)
                .next();
        assertThat(fine.loops()).isZero();
        assertThat(fine.peerMagic()).isEqualTo(7);
    }

    /** 10.64.0.9 is 0a400009; name servers are c0000235 and c0000236. */
    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource({
        "no address yet, 030600000000, true, nak 03060a400009",
        "the granted address, 03060a400009, true, ack 03060a400009",
        "another address, 0306c0a80102, true, nak 03060a400009",
        "address of a wrong length, 03040a40, true, nak 03060a400009",
        "another address too often, 0306c0a80102, false, rej 0306c0a80102",
        "nothing asked, '', true, nak 03060a400009",
        "nothing asked too often, '', false, 'ack '",
        "name servers, 03060a400009810600000000830600000000, true, nak 8106c00002358306c0000236",
        "right name servers, 03060a4000098106c00002358306c0000236, true, ack 03060a4000098106c00002358306c0000236",
        "wins servers, 03060a400009820600000000840600000000, true, rej 820600000000840600000000",
        "old addresses, 010a0000000000000000, true, rej 010a0000000000000000",
        "header compression, 0206002d0f01, true, rej 0206002d0f01",
        "mobile address, 040600000000, true, rej 040600000000",
        "reject before nak, 0306000000000206002d0f00, true, rej 0206002d0f00",
        "name server and missing address, 8106c0000235, true, nak 03060a400009"
    })
    void ipcpRequestIsAnswered(String what, String asked, boolean mayNak, String expected) throws MalformedPacket {
        assertThat(answer(IPCP, asked, mayNak)).isEqualTo(expected);
    }

    @Test
    void nameServersThatAreNotThereAreRejected() throws MalformedPacket {
        IpcpOptions one = new IpcpOptions(PppPeer.GATEWAY, true, PppPeer.ADDRESS, List.of(PppPeer.DNS_1), 0);
        assertThat(answer(one, "03060a400009810600000000830600000000", true)).isEqualTo("rej 830600000000");
    }

    @Test
    void onlyTwoNameServersAreTold() {
        List<Ip4> three = List.of(PppPeer.DNS_1, PppPeer.DNS_2, PppPeer.GATEWAY);
        assertThat(new IpcpOptions(PppPeer.GATEWAY, true, PppPeer.ADDRESS, three, 0).dns())
                .containsExactly(PppPeer.DNS_1, PppPeer.DNS_2);
    }

    @Test
    void ourAddressIsTheGatewaysWhateverThePeerSays() {
        PppOption gateway = PppOption.ip4(IpcpOptions.ADDRESS, PppPeer.GATEWAY);
        PppOption other = PppOption.ip4(IpcpOptions.ADDRESS, Ip4.parse("198.51.100.1"));
        IpcpOptions options = IPCP;
        for (int round = 1; round < LinkSettings.DEFAULT.maxFailure(); round++) {
            options = options.nakked(List.of(other), CONTEXT);
            assertThat(options.request()).containsExactly(gateway);
        }
        assertThat(options.nakked(List.of(other), CONTEXT).request()).isEmpty();
        assertThat(IPCP.rejected(List.of(gateway), CONTEXT).request()).isEmpty();
        assertThat(IPCP.nakked(List.of(PppOption.ip4(IpcpOptions.PRIMARY_DNS, PppPeer.DNS_1)), CONTEXT))
                .isEqualTo(IPCP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "010a0000000000000000", "01040042"})
    void peerWithoutInterfaceIdentifierIsGivenOne(String asked) throws MalformedPacket {
        Ipv6cpOptions random = Ipv6cpOptions.begin(OptionalLong.empty(), CONTEXT);
        assertThat(answer(random, asked, true)).startsWith("nak 010a").isNotEqualTo("nak 010a0000000000000000");
        Ipv6cpOptions fixed = Ipv6cpOptions.begin(OptionalLong.of(GRANTED), CONTEXT);
        assertThat(answer(fixed, asked, true)).isEqualTo("nak 010a0000000000000042");
    }

    @Test
    void interfaceIdentifierOfThePeerIsGoodUnlessItIsOursOrAnotherIsGranted() throws MalformedPacket {
        Ipv6cpOptions random = Ipv6cpOptions.begin(OptionalLong.empty(), CONTEXT);
        assertThat(answer(random, "010a0011223344556677", true)).isEqualTo("ack 010a0011223344556677");
        String ours = PppOption.encodeAll(random.request()).toHex();
        assertThat(answer(random, ours, true)).startsWith("nak 010a").isNotEqualTo("nak " + ours);
        Ipv6cpOptions fixed = Ipv6cpOptions.begin(OptionalLong.of(GRANTED), CONTEXT);
        assertThat(answer(fixed, "010a0011223344556677", true)).isEqualTo("nak 010a0000000000000042");
        assertThat(answer(fixed, "010a0000000000000042", true)).isEqualTo("ack 010a0000000000000042");
        assertThat(answer(fixed, "010a0011223344556677", false)).isEqualTo("rej 010a0011223344556677");
        assertThat(answer(random, "0204004f", true)).isEqualTo("rej 0204004f");
    }

    @Test
    void ourInterfaceIdentifierIsRandomLocalAndNeverThePeers() {
        LayerContext context = new LayerContext(LinkSettings.DEFAULT, () -> 0, 1492);
        assertThat(Ipv6cpOptions.begin(OptionalLong.of(1), context).own()).isEqualTo(2);
        assertThat(Ipv6cpOptions.begin(OptionalLong.empty(), context).own()).isEqualTo(1);
        Ipv6cpOptions begun = Ipv6cpOptions.begin(OptionalLong.empty(), CONTEXT);
        assertThat(begun.own() & 0x0200_0000_0000_0000L).isZero();
        PppOption mine = begun.request().getFirst();
        assertThat(begun.nakked(List.of(mine), CONTEXT).own()).isNotEqualTo(begun.own());
        assertThat(begun.rejected(List.of(mine), CONTEXT).request()).isEmpty();
    }

    @Test
    void agreedIdentifierIsKept() {
        Ipv6cpOptions begun = Ipv6cpOptions.begin(OptionalLong.empty(), CONTEXT);
        PppOption asked = PppOption.u64(Ipv6cpOptions.INTERFACE_ID, PppPeer.INTERFACE_ID);
        assertThat(begun.judge(List.of(asked), true, CONTEXT).next().peer()).isEqualTo(PppPeer.INTERFACE_ID);
        assertThat(begun.failure()).isEqualTo(Optional.empty());
    }
}
