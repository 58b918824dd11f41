package sluice.dataplane.linux;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.net.MacAddress;

/**
 * A subscriber as the comment of its element in the kernel: {@code session=12ab port=0 mac=02:00:00:00:00:01
 * up=8000000/30000 down=0/0 identity=STRICT access=OPEN}. It outlives this process; unknown words are left for later
 * releases.
 */
final class EntryText {

    private static final Set<String> WORDS = Set.of("session", "port", "mac", "up", "down", "identity", "access");

    private EntryText() {}

    /** Without the address, which is the key. */
    static String write(SubscriberEntry entry) {
        return "session=" + Long.toHexString(entry.session()) + " port=" + entry.port() + " mac=" + entry.mac() + " up="
                + write(entry.upload()) + " down=" + write(entry.download())
                + " identity=" + entry.treatment().identity()
                + " access=" + entry.treatment().access();
    }

    private static String write(Policer policer) {
        return policer.bitsPerSecond() + "/" + policer.burstBytes();
    }

    /** Empty when it is none of ours. */
    static Optional<SubscriberEntry> read(Ip4 address, String text) {
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
                    Long.parseUnsignedLong(words.getOrDefault("session", ""), 16),
                    Integer.parseInt(words.getOrDefault("port", "")),
                    List.of(),
                    MacAddress.parse(words.getOrDefault("mac", "")),
                    0,
                    address,
                    List.of(),
                    policer(words.getOrDefault("up", "")),
                    policer(words.getOrDefault("down", "")),
                    Treatment.PLAIN
                            .withIdentity(Treatment.Identity.valueOf(words.getOrDefault("identity", "")))
                            .withAccess(Treatment.Access.valueOf(words.getOrDefault("access", "")), 0)));
        } catch (IllegalArgumentException foreign) {
            return Optional.empty();
        }
    }

    private static Policer policer(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("Rate \"" + text + "\", expected bit/s and bytes with a slash");
        }
        return new Policer(Long.parseLong(text.substring(0, slash)), Long.parseLong(text.substring(slash + 1)));
    }
}
