package sluice.dhcp;

import java.util.Map;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;

/**
 * The rates of a DSL or fibre line as the access node says them: vendor information of the Broadband Forum (RFC 4243;
 * TR-101, appendix B), bit/s, under the names of RFC 4679.
 */
final class LineRates {
    private static final int BROADBAND_FORUM = 3561;

    private static final Map<Integer, String> NAMES = Map.of(
            129, "Actual-Data-Rate-Upstream",
            130, "Actual-Data-Rate-Downstream",
            131, "Minimum-Data-Rate-Upstream",
            132, "Minimum-Data-Rate-Downstream",
            133, "Attainable-Data-Rate-Upstream",
            134, "Attainable-Data-Rate-Downstream",
            135, "Maximum-Data-Rate-Upstream",
            136, "Maximum-Data-Rate-Downstream");

    private LineRates() {}

    /** Adds every rate in the sub-option; what cannot be read there is passed over, as it decides nothing. */
    static void addTo(Map<String, String> attributes, Bytes vendor) {
        WireReader in = new WireReader(vendor);
        try {
            while (in.hasRemaining()) {
                long enterprise = in.u32();
                WireReader parts = new WireReader(in.bytes(in.u8()));
                while (enterprise == BROADBAND_FORUM && parts.hasRemaining()) {
                    String name = NAMES.get(parts.u8());
                    Bytes value = parts.bytes(parts.u8());
                    if (name != null && value.length() == 4) {
                        attributes.put(name, Long.toString(new WireReader(value).u32()));
                    }
                }
            }
        } catch (MalformedPacket shortened) {
            return;
        }
    }
}
