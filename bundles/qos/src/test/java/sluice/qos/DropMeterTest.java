package sluice.qos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Traffic;

class DropMeterTest {

    private final DropMeter meter = new DropMeter();

    @Test
    void whatIsDroppedIsCountedByPolicyAndDirection() {
        round();
        round(TestSession.of(1, "gold", dropped(3, 5)), TestSession.of(2, "gold", dropped(10, 0)));
        round(TestSession.of(1, "gold", dropped(4, 5)), TestSession.of(3, "silver", dropped(0, 7)));
        assertThat(meter.table().columns()).containsExactly("Policy", "Direction", "Packets", "Bytes");
        assertThat(meter.table().rows())
                .containsExactly(
                        List.of("gold", "download", "14", "1400"),
                        List.of("gold", "upload", "5", "500"),
                        List.of("silver", "download", "0", "0"),
                        List.of("silver", "upload", "7", "700"));
    }

    @Test
    void whatWasDroppedBeforeTheFirstRoundIsNotCounted() {
        round(TestSession.of(1, "gold", dropped(1000, 1000)));
        round(TestSession.of(1, "gold", dropped(1001, 1000)));
        assertThat(meter.table().rows()).first().isEqualTo(List.of("gold", "download", "1", "100"));
    }

    @Test
    void sessionThatEndsOrChangesItsPolicyLeavesWhatItAdded() {
        round();
        round(TestSession.of(1, "gold", dropped(3, 0)));
        round(TestSession.of(1, "silver", dropped(5, 0)));
        round();
        round(TestSession.of(1, "silver", dropped(1, 0)));
        assertThat(meter.table().rows())
                .contains(List.of("gold", "download", "3", "300"), List.of("silver", "download", "3", "300"));
    }

    @Test
    void countersThatBeginAnewDoNotCountBackwards() {
        round();
        round(TestSession.of(1, "gold", dropped(50, 0)));
        round(TestSession.of(1, "gold", dropped(2, 0)));
        round(TestSession.of(1, "gold", dropped(4, 0)));
        assertThat(meter.table().rows()).first().isEqualTo(List.of("gold", "download", "52", "5200"));
    }

    @Test
    void sessionWithoutAPolicyIsNobodys() {
        round(TestSession.of(1, Optional.empty(), dropped(1, 1)));
        assertThat(meter.table().rows()).isEmpty();
    }

    private void round(sluice.session.api.SessionInfo... sessions) {
        for (sluice.session.api.SessionInfo session : sessions) {
            meter.read(session);
        }
        meter.rounded();
    }

    private static Traffic dropped(long down, long up) {
        return new Traffic(0, 0, 0, 0, 0, 0, 0, 0, up, down, up * 100, down * 100, 0, 0);
    }
}
