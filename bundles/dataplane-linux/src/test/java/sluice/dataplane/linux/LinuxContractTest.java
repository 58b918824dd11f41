package sluice.dataplane.linux;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.FrameSink;
import sluice.dataplane.api.FrameSource;
import sluice.dataplane.api.Policer;
import sluice.loop.MonotonicClock;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;
import sluice.platform.api.HardwareProfile;
import sluice.testkit.DataPlaneContract;

/** The contract on nftables, untagged. */
class LinuxContractTest extends DataPlaneContract {

    @Override
    protected void assume() {
        try {
            new NetlinkSocket("nftables", NetlinkSocket.NETFILTER).close();
        } catch (KernelException refusal) {
            assumeTrue(false, "needs root: " + refusal.getMessage());
        }
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "needs nft(8)");
    }

    @Override
    protected String prefix() {
        return "lx";
    }

    @Override
    protected Running start(HardwareProfile hardware, Ip4 coreRouter, int capacity) throws KernelException {
        LinuxSettings settings = new LinuxSettings(List.of(coreRouter), capacity, shaping());
        return new Started(new LinuxDataPlane(hardware, settings, MonotonicClock.system(), new SplittableRandom(1)));
    }

    /** How rates are held. */
    Shaping shaping() {
        return Shaping.POLICER;
    }

    /** The kernel's bucket holds a second of the rate too. */
    @Override
    protected long bucketBytes(Policer policer) {
        return policer.bitsPerSecond() / Byte.SIZE + policer.burstBytes();
    }

    private record Started(LinuxDataPlane plane) implements Running {
        @Override
        public DataPlane dataPlane() {
            return plane;
        }

        @Override
        public FrameSource source() {
            return plane;
        }

        @Override
        public FrameSink sink() {
            return plane;
        }

        @Override
        public void close() {
            plane.close();
        }
    }
}
