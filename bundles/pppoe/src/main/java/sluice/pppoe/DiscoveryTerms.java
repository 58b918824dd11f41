package sluice.pppoe;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import sluice.net.Bytes;

/**
 * On what terms subscribers of a line may begin sessions.
 *
 * @param acName AC-Name, by which this gateway is told from others on the segment
 * @param services names that are served and told, besides the empty one; none: every name is served
 * @param ladder how long PADO waits
 * @param startingMax sessions being set up above which no other one begins; 0: no limit
 * @param payloadMax longest PPP payload, bytes: 1492, or more where the ports carry frames that long (RFC 4638)
 */
record DiscoveryTerms(String acName, List<Bytes> services, PadoLadder ladder, int startingMax, int payloadMax) {
    /** What fits into an Ethernet frame of 1500 bytes (RFC 2516, 7). */
    static final int PAYLOAD_USUAL = 1492;

    static final int PAYLOAD_MIN = 576;
    static final int PAYLOAD_MAX = 9000;

    private static final int NAME_MAX = 64;
    private static final int NAMES_MAX = 1024;

    DiscoveryTerms {
        services = List.copyOf(services);
        if (acName.isBlank() || Bytes.utf8(acName).length() > NAME_MAX) {
            throw new IllegalArgumentException("ac_name \"" + acName + "\", expected 1 to " + NAME_MAX + " bytes");
        }
        int names = services.stream()
                .mapToInt(name -> PppoeTag.HEADER_LENGTH + name.length())
                .sum();
        if (names > NAMES_MAX) {
            throw new IllegalArgumentException(
                    "service_names of " + names + " bytes in a PADO, expected " + NAMES_MAX + " or less");
        }
        if (startingMax < 0) {
            throw new IllegalArgumentException("max_starting " + startingMax + ", expected 0 or more");
        }
        if (payloadMax < PAYLOAD_MIN || payloadMax > PAYLOAD_MAX) {
            throw new IllegalArgumentException(
                    "mru_max " + payloadMax + ", expected " + PAYLOAD_MIN + " to " + PAYLOAD_MAX);
        }
    }

    /** The names in a setting, separated by commas. */
    static List<Bytes> services(String text) {
        Set<Bytes> names = new LinkedHashSet<>();
        for (String name : text.split(",", -1)) {
            if (!name.isBlank()) {
                names.add(Bytes.utf8(name.strip()));
            }
        }
        return List.copyOf(names);
    }

    /** Whether a service of that name is to be had; the empty one always is (RFC 2516, appendix A). */
    boolean serves(Bytes service) {
        return service.isEmpty() || services.isEmpty() || services.contains(service);
    }

    /** Longest payload of a session whose subscriber said that (RFC 4638); without a word it is the usual one. */
    int payload(DiscoveryMessage request) {
        return Math.min(payloadMax, Math.max(request.maxPayload().orElse(PAYLOAD_USUAL), PAYLOAD_USUAL));
    }
}
