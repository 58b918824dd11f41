package sluice.dataplane.linux;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.linux.Width.Kind;
import sluice.packet.io.KernelException;
import sluice.packet.io.NetworkDevice;

/**
 * Entries and stored sessions know an access interface by its position in the hardware profile. So none that has
 * entries may become another one's: their packets would be led to another line. An interface that is gone may have come
 * anew under another index.
 *
 * @param ports indexes of the access interfaces by position
 */
record PortOrder(Elements elements, List<Integer> ports) {

    PortOrder {
        ports = List.copyOf(ports);
    }

    /** @throws KernelException when the position of a subscriber's interface is another one's now, or nobody's */
    void check(List<Width> widths) throws KernelException {
        Map<Integer, Integer> positions = new HashMap<>();
        for (Elements.Found found : elements.all(KernelSet.ENTRIES.set())) {
            EntryText.read(found.comment(), List.of()).ifPresent(entry -> positions.put(found.number(), entry.port()));
        }
        for (Width width : widths) {
            for (Kind kind : List.of(Kind.FROM, Kind.LOOSE)) {
                for (Elements.Found way : elements.all(width.map(kind))) {
                    int position = positions.getOrDefault(way.value(), -1);
                    if (position >= 0) {
                        check(position, way.number()); // the key begins with the interface
                    }
                }
            }
        }
    }

    private void check(int position, int before) throws KernelException {
        Optional<String> was = NetworkDevice.nameOf(before);
        if (was.isPresent() && (position >= ports.size() || ports.get(position) != before)) {
            throw new KernelException(
                    "access interface " + position + " was \"" + was.get()
                            + "\" when subscribers were installed on it, and is another one now: put it back, and"
                            + " append new ones at the end",
                    KernelException.EINVAL);
        }
    }
}
