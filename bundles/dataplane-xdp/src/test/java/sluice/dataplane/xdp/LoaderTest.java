package sluice.dataplane.xdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sluice.packet.io.KernelException;

final class LoaderTest {

    private final BpfObject object = BpfObject.ofBundle();

    @Test
    void objectNamesItsMapsAndPrograms() {
        assertThat(object.maps())
                .extracting(MapSpec::name)
                .doesNotHaveDuplicates()
                .contains("config", "subscribers", "outside", "verdicts", "sockets");
        assertThat(object.programs()).containsExactlyInAnyOrder("access", "core", "peer");
        assertThat(object.map("subscribers").flags()).isEqualTo(MapSpec.MMAPABLE);
        assertThat(object.map("subscribers").valueSize()).isEqualTo(256);
    }

    @Test
    void layoutVersionIsTheSameForTheSameObject() {
        assertThat(object.layoutVersion())
                .matches("[0-9a-f]{12}")
                .isEqualTo(BpfObject.ofBundle().layoutVersion());
    }

    @Test
    void everyTruncationOfTheObjectIsRefusedCleanly() throws IOException {
        byte[] whole = file();
        for (int length = 0; length < whole.length; length += 97) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> new BpfObject(part))
                    .as("%d bytes", length)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void programIsLinkedWithEachFunctionItCallsOnce() {
        Map<String, Integer> maps = new HashMap<>();
        object.maps().forEach(map -> maps.put(map.name(), 3 + maps.size()));
        ProgramImage access = object.program("access", maps);
        assertThat(access.license()).startsWith("GPL");
        assertThat(access.functions()).doesNotHaveDuplicates().hasSizeGreaterThan(4);
        assertThat(access.functions().getFirst().instruction()).isZero();
        assertThat(object.program("peer", maps).instructionCount()).isEqualTo(2);
    }

    @Test
    void missingMapIsNamed() {
        assertThatThrownBy(() -> object.program("access", Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("which is not a map");
    }

    @Test
    void brokenProgramIsRefusedWithTheVerifiersWords() throws KernelException {
        Privileged.assume();
        long seed = 1;
        byte[] code = new byte[64];
        new Random(seed).nextBytes(code);
        code[0] = (byte) 0xb7; // r0 = something, then nonsense
        ProgramImage image = new ProgramImage("broken", "GPL", sluice.net.Bytes.adopt(code), java.util.List.of());
        assertThatThrownBy(() -> Bpf.loadProgram(image, 0))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("load program broken");
    }

    private static byte[] file() throws IOException {
        try (InputStream in = LoaderTest.class.getResourceAsStream("dataplane.o")) {
            return java.util.Objects.requireNonNull(in).readAllBytes();
        }
    }
}
