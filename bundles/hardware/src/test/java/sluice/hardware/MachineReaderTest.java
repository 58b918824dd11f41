package sluice.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineReaderTest {
    @TempDir
    Path root;

    @Test
    void machineWithoutAnySourceSaysNothing() {
        Machine machine = new MachineReader(root).read();
        assertThat(machine.facts()).isEmpty();
        assertThat(machine.interfaces()).isEmpty();
        assertThat(machine.describe()).isEqualTo("says nothing about itself");
    }

    @Test
    void dmiIsRead() throws IOException {
        write("sys/class/dmi/id/sys_vendor", "Supermicro\n");
        write("sys/class/dmi/id/product_name", "SYS-E300-9D\n");
        write("sys/class/dmi/id/board_name", "\n");
        assertThat(new MachineReader(root).read().describe())
                .isEqualTo("says dmi.vendor \"Supermicro\", dmi.product \"SYS-E300-9D\"");
    }

    @Test
    void deviceTreeNamesSeveralModels() throws IOException {
        write("proc/device-tree/model", "SolidRun LX2160A\0");
        write("proc/device-tree/compatible", "solidrun,lx2160a-cex7\0fsl,lx2160a\0");
        Machine machine = new MachineReader(root).read();
        assertThat(machine.values(Fact.DEVICE_TREE_MODEL)).containsExactly("SolidRun LX2160A");
        assertThat(machine.values(Fact.DEVICE_TREE_COMPATIBLE)).containsExactly("solidrun,lx2160a-cex7", "fsl,lx2160a");
    }

    @Test
    void interfacesAndMemoryAreRead() throws IOException {
        write("proc/self/net/dev", """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
                lo:       0       0    0    0    0     0          0         0        0       0
            trunk0: 1186332    5322    0    0    0     0          0         0        0       0
             core0: 1186332    5322    0    0    0     0          0         0        0       0
            """);
        write("proc/meminfo", "MemTotal:        2097152 kB\nMemFree:  1 kB\n");
        Machine machine = new MachineReader(root).read();
        assertThat(machine.interfaces()).containsExactly("core0", "lo", "trunk0");
        assertThat(machine.memoryMebibytes()).isEqualTo(2048);
    }

    @Test
    void thisMachineCanBeRead() {
        assertThat(new MachineReader(Path.of("/")).read().interfaces()).contains("lo");
    }

    @Test
    void valuesKeepTheirOrder() {
        Machine machine = new Machine(
                java.util.Map.of(Fact.DEVICE_TREE_COMPATIBLE, List.of("b", "a")), new java.util.TreeSet<>(), 0);
        assertThat(machine.describe()).isEqualTo("says device-tree.compatible \"b\", \"a\"");
    }

    private void write(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
