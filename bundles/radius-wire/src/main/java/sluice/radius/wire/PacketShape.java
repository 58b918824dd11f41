package sluice.radius.wire;

/**
 * What a datagram shows before anybody believes it: its length and where its signature is. Its attributes lie within
 * their bounds.
 *
 * @param length of the packet; bytes of the datagram behind it are padding and ignored (RFC 2865, 3)
 * @param messageAuthenticatorAt place of the value of the one Message-Authenticator, or -1
 * @param proxyState whether there is a Proxy-State
 */
public record PacketShape(int length, int messageAuthenticatorAt, boolean proxyState) {

    private static final int TYPE_AND_LENGTH = 2;

    /**
     * Walks over a datagram.
     *
     * @param size of the datagram; the array may be longer
     * @throws PacketFault when it is not a RADIUS packet
     */
    public static PacketShape of(byte[] datagram, int size) throws PacketFault {
        int length = lengthOf(datagram, size);
        int messageAuthenticatorAt = -1;
        boolean proxyState = false;
        int at = Packets.HEADER;
        while (at < length) {
            int attribute = at + 1 < length ? datagram[at + 1] & 0xff : 0;
            if (attribute < TYPE_AND_LENGTH || at + attribute > length) {
                throw new PacketFault(PacketFault.Reason.MALFORMED);
            }
            int type = datagram[at] & 0xff;
            if (type == AttributeCode.MESSAGE_AUTHENTICATOR.type()) {
                if (messageAuthenticatorAt >= 0 || attribute != TYPE_AND_LENGTH + Packets.AUTHENTICATOR) {
                    throw new PacketFault(PacketFault.Reason.MESSAGE_AUTHENTICATOR);
                }
                messageAuthenticatorAt = at + TYPE_AND_LENGTH;
            }
            proxyState |= type == AttributeCode.PROXY_STATE.type();
            at += attribute;
        }
        return new PacketShape(length, messageAuthenticatorAt, proxyState);
    }

    /** Length of the packet within the datagram (RFC 2865, 3). */
    public static int lengthOf(byte[] datagram, int size) throws PacketFault {
        if (size < Packets.HEADER) {
            throw new PacketFault(PacketFault.Reason.TRUNCATED);
        }
        int length = Packets.u16(datagram, Packets.LENGTH_AT);
        if (length > Packets.MAX) {
            throw new PacketFault(PacketFault.Reason.OVERSIZED);
        }
        if (length > size || length < Packets.HEADER) {
            throw new PacketFault(PacketFault.Reason.TRUNCATED);
        }
        return length;
    }
}
