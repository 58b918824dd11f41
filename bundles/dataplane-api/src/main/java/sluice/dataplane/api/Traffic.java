package sluice.dataplane.api;

/**
 * What one subscriber sent and received since its entry was installed. Bytes are those of IP packets, header included,
 * so that they do not depend on tags. Delivered and dropped are counted apart.
 *
 * @param uploadPackets delivered from the subscriber, of both families
 * @param downloadPackets delivered to the subscriber, of both families
 * @param uploadPackets6 how many of {@code uploadPackets} were IPv6
 * @param uploadBytes6 how many of {@code uploadBytes} were IPv6
 * @param downloadPackets6 how many of {@code downloadPackets} were IPv6
 * @param downloadBytes6 how many of {@code downloadBytes} were IPv6
 * @param uploadDropped packets from the subscriber over the rate
 * @param downloadDropped packets to the subscriber over the rate
 * @param uploadDroppedBytes bytes of {@code uploadDropped}
 * @param downloadDroppedBytes bytes of {@code downloadDropped}
 * @param spoofed packets that claimed this subscriber's address from elsewhere
 * @param refused packets in both directions that a block or a walled garden refused
 */
public record Traffic(
        long uploadPackets,
        long uploadBytes,
        long downloadPackets,
        long downloadBytes,
        long uploadPackets6,
        long uploadBytes6,
        long downloadPackets6,
        long downloadBytes6,
        long uploadDropped,
        long downloadDropped,
        long uploadDroppedBytes,
        long downloadDroppedBytes,
        long spoofed,
        long refused) {

    /** Nothing yet. */
    public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0, 0, 0);

    /** IPv4 alone, dropped packets without their bytes, nothing refused. */
    public Traffic(
            long uploadPackets,
            long uploadBytes,
            long downloadPackets,
            long downloadBytes,
            long uploadDropped,
            long downloadDropped,
            long spoofed) {
        this(
                uploadPackets,
                uploadBytes,
                downloadPackets,
                downloadBytes,
                0,
                0,
                0,
                0,
                uploadDropped,
                downloadDropped,
                0,
                0,
                spoofed,
                0);
    }

    /** The sum of two readings, for example before and after a restart of the machine. */
    public Traffic plus(Traffic more) {
        return new Traffic(
                uploadPackets + more.uploadPackets,
                uploadBytes + more.uploadBytes,
                downloadPackets + more.downloadPackets,
                downloadBytes + more.downloadBytes,
                uploadPackets6 + more.uploadPackets6,
                uploadBytes6 + more.uploadBytes6,
                downloadPackets6 + more.downloadPackets6,
                downloadBytes6 + more.downloadBytes6,
                uploadDropped + more.uploadDropped,
                downloadDropped + more.downloadDropped,
                uploadDroppedBytes + more.uploadDroppedBytes,
                downloadDroppedBytes + more.downloadDroppedBytes,
                spoofed + more.spoofed,
                refused + more.refused);
    }
}
