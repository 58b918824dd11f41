package sluice.dhcp;

import java.util.Map;
import sluice.net.Bytes;
import sluice.net.LineRates;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;

/** What the access node says of the line in the vendor information of option 82 (RFC 4243; TR-101, appendix B). */
final class AccessLine {

    private AccessLine() {}

    /** Adds every rate in the sub-option; what cannot be read there is passed over, as it decides nothing. */
    static void addRates(Map<String, String> attributes, Bytes vendor) {
        WireReader in = new WireReader(vendor);
        try {
            while (in.hasRemaining()) {
                long enterprise = in.u32();
                WireReader parts = new WireReader(in.bytes(in.u8()));
                while (enterprise == LineRates.BROADBAND_FORUM && parts.hasRemaining()) {
                    LineRates.addTo(attributes, parts.u8(), parts.bytes(parts.u8()));
                }
            }
        } catch (MalformedPacket shortened) {
            return;
        }
    }
}
