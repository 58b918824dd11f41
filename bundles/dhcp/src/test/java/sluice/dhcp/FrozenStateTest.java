package sluice.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.session.api.IncompatibleState;
import sluice.session.api.ProtocolState;
import sluice.testkit.Golden;

class FrozenStateTest {
    private static final List<DhcpState> STATES = List.of(
            new DhcpState.Offered(),
            new DhcpState.Bound(),
            new DhcpState.Authenticating(new Frame(2, Bytes.of(0xaa, 0xbb, 0xcc))));

    @Test
    void statesFrozenByVersionOneAreStillUnderstood() throws IncompatibleState {
        List<Bytes> golden = Golden.lines(FrozenStateTest.class, "frozen-v1.hex");
        assertThat(golden).hasSameSizeAs(STATES);
        for (int i = 0; i < golden.size(); i++) {
            assertThat(FrozenState.thaw(golden.get(i))).isEqualTo(STATES.get(i));
        }
    }

    @Test
    void everyStateFreezesAsWrittenDown() {
        assertThat(STATES.stream().map(FrozenState::freeze))
                .isEqualTo(Golden.lines(FrozenStateTest.class, "frozen-v1.hex"));
    }

    @Test
    void bytesOfAnotherVersionOrDamagedOnesAreIncompatible() {
        for (String hex : List.of("", "01", "0202", "0100", "0109", "010200", "01010000", "0101ffffffffaa")) {
            Bytes frozen = Bytes.fromHex(hex);
            assertThatExceptionOfType(IncompatibleState.class).as(hex).isThrownBy(() -> FrozenState.thaw(frozen));
        }
    }

    @Test
    void stateOfAnotherProtocolIsADefectOfTheCaller() {
        ProtocolState foreign = new ProtocolState() {};
        assertThatIllegalArgumentException().isThrownBy(() -> FrozenState.freeze(foreign));
    }
}
