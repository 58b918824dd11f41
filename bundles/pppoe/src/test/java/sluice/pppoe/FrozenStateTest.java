package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.VlanTag;
import sluice.session.api.IncompatibleState;
import sluice.session.api.ProtocolState;
import sluice.testkit.Golden;

class FrozenStateTest {
    private static final Link LINK =
            Link.begin(1492, new LinkContext(LinkSettings.DEFAULT, new Random(1), OptionalLong.empty()));
    private static final PppoeState STATE = new PppoeState(
            List.of(new VlanTag(VlanTag.S_TAG, 100), new VlanTag(VlanTag.C_TAG, 7)),
            0x1122334455667788L,
            1500,
            Map.of("Actual-Data-Rate-Upstream", "10000"),
            LINK);

    @Test
    void headOfTheStateStandsAsWrittenDown() {
        Bytes golden = Golden.read(FrozenStateTest.class, "frozen-v1.hex");
        assertThat(FrozenState.freeze(STATE).slice(0, golden.length())).isEqualTo(golden);
    }

    @Test
    void stateFrozenByVersionOneIsStillUnderstood() throws IncompatibleState {
        Bytes golden = Golden.read(FrozenStateTest.class, "frozen-v1.hex");
        assertThat(FrozenState.thaw(golden.plus(FrozenLink.freeze(LINK)))).isEqualTo(STATE);
    }

    @Test
    void stateComesBackAsItWas() throws IncompatibleState {
        PppoeState bare = new PppoeState(List.of(), 0, 1492, Map.of(), LINK);
        assertThat(FrozenState.thaw(FrozenState.freeze(bare))).isEqualTo(bare);
        assertThat(FrozenState.thaw(FrozenState.freeze(STATE))).isEqualTo(STATE);
    }

    @Test
    void identifiersOfAnOpenLinkGoOnBehindThoseThatWereUsedSinceItWasFrozen() throws IncompatibleState {
        for (int protocol : List.of(PppProtocol.LCP, PppProtocol.IPCP, PppProtocol.IPV6CP)) {
            PppPeer peer = new PppPeer(LinkSettings.DEFAULT).opened();
            peer.sent.clear();
            Bytes frozen = FrozenState.freeze(STATE.with(peer.link));
            peer.send(protocol, 99, 1, Bytes.EMPTY);
            int used = peer.next(protocol, ControlPacket.CODE_REJECT).id();
            assertThat(FrozenState.freeze(STATE.with(peer.link))).isEqualTo(frozen);
            peer.link = FrozenState.thaw(frozen).link();
            peer.send(protocol, 99, 2, Bytes.EMPTY);
            assertThat(peer.next(protocol, ControlPacket.CODE_REJECT).id()).isGreaterThan(used);
        }
    }

    @Test
    void truncatedStateIsIncompatibleWhereverItEnds() {
        Bytes frozen = FrozenState.freeze(STATE);
        for (int length = 0; length < frozen.length(); length++) {
            Bytes cut = frozen.slice(0, length);
            assertThatExceptionOfType(IncompatibleState.class)
                    .as("%s bytes", length)
                    .isThrownBy(() -> FrozenState.thaw(cut));
        }
    }

    @Test
    void bytesOfAnotherVersionAreIncompatible() {
        assertThatExceptionOfType(IncompatibleState.class)
                .isThrownBy(() -> FrozenState.thaw(
                        Bytes.of(2).plus(FrozenState.freeze(STATE).slice(1))));
    }

    @Test
    void stateOfAnotherProtocolIsADefectOfTheCaller() {
        ProtocolState foreign = new ProtocolState() {};
        assertThatIllegalArgumentException().isThrownBy(() -> FrozenState.freeze(foreign));
    }
}
