package sluice.dataplane.xdp;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.FrameSink;
import sluice.dataplane.api.FrameSource;
import sluice.net.Ip4;
import sluice.net.VlanTag;
import sluice.packet.io.Libc;
import sluice.packet.io.NetworkDevice;
import sluice.platform.api.HardwareProfile;
import sluice.testkit.DataPlaneContract;

/** The contract in XDP, double-tagged. */
class XdpContractTest extends DataPlaneContract {

    private static final Path PINS = Privileged.pins("contract");

    @Override
    protected void assume() {
        Privileged.assumeNamespaces();
    }

    @Override
    protected String prefix() {
        return "xdpc";
    }

    @Override
    protected List<VlanTag> tags() {
        return Packets.DOUBLE;
    }

    @Override
    protected void forget() throws Exception {
        Pins.remove(PINS);
    }

    /** A veth takes redirected frames only if its peer runs a program too. */
    @Override
    protected AutoCloseable farEnd(String device) throws Exception {
        BpfObject object = BpfObject.ofBundle();
        LoadedObject peer = new LoadedObject(object, new Pins(PINS.resolve(device), object.layoutVersion()), Map.of());
        int link = Bpf.attach(peer.program("peer"), NetworkDevice.of(device).ifindex(), Bpf.XDP_NATIVE);
        return () -> {
            Libc.close(link);
            peer.close();
        };
    }

    @Override
    protected Running start(HardwareProfile hardware, Ip4 coreRouter, int capacity) throws Exception {
        return new Started(new XdpDataPlane(
                hardware, new XdpSettings(List.of(coreRouter), PINS.resolve("plane"), XdpLinks.Mode.NATIVE, capacity)));
    }

    private record Started(XdpDataPlane plane) implements Running {
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
