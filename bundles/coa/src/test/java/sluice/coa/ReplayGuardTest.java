package sluice.coa;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sluice.net.Bytes;

/** What was done, for how long and for how many. */
final class ReplayGuardTest {

    private final ReplayGuard guard = new ReplayGuard(3, 600);

    @Test
    void whatWasDoneIsKnownOfItsClientForItsTime() {
        guard.remember("oss", Bytes.of(1), 0);
        assertThat(guard.knows("oss", Bytes.of(1), 600)).isTrue();
        assertThat(guard.knows("other", Bytes.of(1), 600)).isFalse();
        assertThat(guard.knows("oss", Bytes.of(1), 601)).isFalse();
    }

    @Test
    void theOldestOfThatClientGoesWhenThereAreTooMany() {
        guard.remember("other", Bytes.of(9), 0);
        for (int request = 1; request <= 4; request++) {
            guard.remember("oss", Bytes.of(request), request);
        }
        assertThat(guard.knows("oss", Bytes.of(1), 5)).isFalse();
        assertThat(guard.knows("oss", Bytes.of(2), 5)).isTrue();
        assertThat(guard.knows("other", Bytes.of(9), 5)).isTrue();
    }

    @Test
    void whatWasNotDoneAfterAllMayBeTriedAgain() {
        guard.remember("oss", Bytes.of(1), 0);
        guard.forget("oss", Bytes.of(1));
        guard.forget("other", Bytes.of(1));
        assertThat(guard.knows("oss", Bytes.of(1), 1)).isFalse();
    }
}
