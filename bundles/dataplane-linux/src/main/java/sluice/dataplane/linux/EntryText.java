package sluice.dataplane.linux;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/**
 * A subscriber as the comment of its element in the kernel: {@code session=12ab port=0 tags=88a8.0064+8100.0007
 * mac=02:00:00:00:00:01 ip=10.64.0.10 up=8000000/30000 down=0/0 is=STRICT to=OPEN/0 dscp=46/- tcp=1452 mtu=1492 pri=0}.
 * Its other addresses are elements of a set of their own. It outlives this process; unknown words are left for later
 * releases.
 */
final class EntryText {

    private static final Set<String> WORDS =
            Set.of("session", "port", "tags", "mac", "ip", "up", "down", "is", "to", "dscp", "tcp", "mtu", "pri");
    private static final int HEX = 16;

    private EntryText() {}

    static String write(SubscriberEntry entry) {
        Treatment treatment = entry.treatment();
        return "session=" + Long.toHexString(entry.session()) + " port=" + entry.port()
                + " tags=" + entry.tags().stream().map(EntryText::write).collect(Collectors.joining("+"))
                + " mac=" + entry.mac() + " ip=" + entry.address() + " up=" + write(entry.upload()) + " down="
                + write(entry.download()) + " is=" + treatment.identity() + " to=" + treatment.access() + "/"
                + treatment.garden() + " dscp=" + write(treatment.dscpUp()) + "/" + write(treatment.dscpDown())
                + " tcp=" + treatment.maxSegmentSize() + " mtu=" + treatment.mtu() + " pri="
                + (treatment.priority() ? 1 : 0);
    }

    private static String write(VlanTag tag) {
        return String.format("%04x.%04x", tag.tpid(), tag.tci());
    }

    private static String write(Policer policer) {
        return policer.bitsPerSecond() + "/" + policer.burstBytes();
    }

    private static String write(OptionalInt dscp) {
        return dscp.isPresent() ? Integer.toString(dscp.getAsInt()) : "-";
    }

    /**
     * Empty when it is none of ours.
     *
     * @param networks its prefixes and routes
     */
    static Optional<SubscriberEntry> read(String text, List<Addresses> networks) {
        Map<String, String> words = new HashMap<>();
        for (String word : text.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        if (!words.keySet().containsAll(WORDS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SubscriberEntry(
                    Long.parseUnsignedLong(words.getOrDefault("session", ""), HEX),
                    Integer.parseInt(words.getOrDefault("port", "")),
                    tags(words.getOrDefault("tags", "")),
                    MacAddress.parse(words.getOrDefault("mac", "")),
                    0,
                    0,
                    Ip4.parse(words.getOrDefault("ip", "")),
                    networks.stream()
                            .filter(network -> network.family() == Family.IP6)
                            .map(Addresses::mapped)
                            .toList(),
                    networks.stream()
                            .filter(network -> network.family() == Family.IP4)
                            .map(Addresses::network4)
                            .toList(),
                    policer(words.getOrDefault("up", "")),
                    policer(words.getOrDefault("down", "")),
                    treatment(words)));
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }

    private static Treatment treatment(Map<String, String> words) {
        String[] access = halves(words.getOrDefault("to", ""));
        String[] dscp = halves(words.getOrDefault("dscp", ""));
        return new Treatment(
                Treatment.Identity.valueOf(words.getOrDefault("is", "")),
                Treatment.Access.valueOf(access[0]),
                Integer.parseInt(access[1]),
                dscp(dscp[0]),
                dscp(dscp[1]),
                words.getOrDefault("pri", "").equals("1"),
                Integer.parseInt(words.getOrDefault("tcp", "")),
                Integer.parseInt(words.getOrDefault("mtu", "")));
    }

    private static OptionalInt dscp(String text) {
        return text.equals("-") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
    }

    private static List<VlanTag> tags(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split("\\+", -1)).map(EntryText::tag).toList();
    }

    private static VlanTag tag(String text) {
        int dot = text.indexOf('.');
        return new VlanTag(
                Integer.parseInt(text.substring(0, Math.max(dot, 0)), HEX),
                Integer.parseInt(text.substring(dot + 1), HEX));
    }

    private static Policer policer(String text) {
        String[] halves = halves(text);
        return new Policer(Long.parseLong(halves[0]), Long.parseLong(halves[1]));
    }

    private static String[] halves(String text) {
        String[] halves = text.split("/", -1);
        if (halves.length != 2) {
            throw new IllegalArgumentException("\"" + text + "\", expected two parts with a slash");
        }
        return halves;
    }
}
