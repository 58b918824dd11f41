package sluice.dataplane.api;

/**
 * What one subscriber sent and received since its entry was installed. Bytes are those of IP packets (total length), so
 * that they do not depend on tags. Delivered and dropped are counted apart.
 *
 * @param uploadPackets delivered from the subscriber
 * @param downloadPackets delivered to the subscriber
 * @param uploadDropped packets from the subscriber over the rate
 * @param downloadDropped packets to the subscriber over the rate
 * @param spoofed packets that claimed this subscriber's address from elsewhere
 */
public record Traffic(
        long uploadPackets,
        long uploadBytes,
        long downloadPackets,
        long downloadBytes,
        long uploadDropped,
        long downloadDropped,
        long spoofed) {

    /** Nothing yet. */
    public static final Traffic NONE = new Traffic(0, 0, 0, 0, 0, 0, 0);

    /** The sum of two readings, for example before and after a restart of the machine. */
    public Traffic plus(Traffic more) {
        return new Traffic(
                uploadPackets + more.uploadPackets,
                uploadBytes + more.uploadBytes,
                downloadPackets + more.downloadPackets,
                downloadBytes + more.downloadBytes,
                uploadDropped + more.uploadDropped,
                downloadDropped + more.downloadDropped,
                spoofed + more.spoofed);
    }
}
