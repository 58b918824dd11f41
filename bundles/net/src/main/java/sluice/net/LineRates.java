package sluice.net;

import java.util.Map;

/**
 * The rates of a DSL or fibre line. Access nodes tell them in kbit/s, in the tag of PPPoE as in the vendor information
 * of DHCP (TR-101, 3.9.2 and appendices A and B); RADIUS knows them in bit/s (RFC 4679, 3.3.3 to 3.3.10).
 */
public final class LineRates {

    /** Enterprise number of the Broadband Forum, under which both are found. */
    public static final int BROADBAND_FORUM = 3561;

    private static final int NUMBER_LENGTH = 4;
    private static final long BITS = 1000;
    private static final long HIGHEST = 0xffff_ffffL;

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

    /**
     * Adds what an access node says to attributes by names of RADIUS dictionaries; nothing when it is no rate. A rate
     * that has no room in 32 bits (from 4.3 Gbit/s) becomes the highest that has.
     */
    public static void addTo(Map<String, String> attributes, int code, Bytes value) throws MalformedPacket {
        String name = NAMES.get(code);
        if (name != null && value.length() == NUMBER_LENGTH) {
            long bits = new WireReader(value).u32() * BITS;
            attributes.put(name, Long.toString(Math.min(bits, HIGHEST)));
        }
    }
}
