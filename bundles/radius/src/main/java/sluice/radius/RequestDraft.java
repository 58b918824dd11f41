package sluice.radius;

import java.time.Instant;
import sluice.net.Bytes;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeWriter;
import sluice.radius.packet.Packets;

/**
 * A request but for what depends on the server and on the moment: identifier, authenticator, hidden password,
 * signature, Acct-Delay-Time. Made by any thread, then sealed and sent again and again by the request loop only.
 */
final class RequestDraft {

    private final byte[] packet;
    private final int messageAuthenticatorAt;
    private final int passwordAt;
    private final Bytes password;
    private final int delayAt;
    private final Instant happened;
    private final String realm;

    private RequestDraft(
            int code,
            byte[] packet,
            int messageAuthenticatorAt,
            int passwordAt,
            Bytes password,
            int delayAt,
            Instant happened,
            String realm) {
        this.packet = packet;
        this.messageAuthenticatorAt = messageAuthenticatorAt;
        this.passwordAt = passwordAt;
        this.password = password;
        this.delayAt = delayAt;
        this.happened = happened;
        this.realm = realm;
        packet[0] = (byte) code;
        Packets.u16(packet, Packets.LENGTH_AT, packet.length);
    }

    /**
     * An Access-Request; {@code passwordAt} is -1 without a password.
     *
     * @param realm of the user, in lower case; empty when he has none
     */
    static RequestDraft access(
            byte[] packet, int messageAuthenticatorAt, int passwordAt, Bytes password, String realm) {
        return new RequestDraft(
                Packets.ACCESS_REQUEST, packet, messageAuthenticatorAt, passwordAt, password, -1, Instant.EPOCH, realm);
    }

    /** A Status-Server, which asks whether the server is there (RFC 5997, 3). */
    static RequestDraft status() {
        AttributeWriter out = new AttributeWriter();
        int signatureAt = out.room(AttributeCode.MESSAGE_AUTHENTICATOR, Packets.AUTHENTICATOR);
        return new RequestDraft(
                Packets.STATUS_SERVER, out.packet(), signatureAt, -1, Bytes.EMPTY, -1, Instant.EPOCH, "");
    }

    /** An Accounting-Request about something that {@code happened} then. */
    static RequestDraft accounting(byte[] packet, int delayAt, Instant happened) {
        return new RequestDraft(Packets.ACCOUNTING_REQUEST, packet, -1, -1, Bytes.EMPTY, delayAt, happened, "");
    }

    boolean isStatus() {
        return packet[0] == Packets.STATUS_SERVER;
    }

    boolean isAccounting() {
        return delayAt >= 0;
    }

    /** Whose servers are asked; empty for those of everybody else. */
    String realm() {
        return realm;
    }

    byte[] packet() {
        return packet;
    }

    int messageAuthenticatorAt() {
        return messageAuthenticatorAt;
    }

    int passwordAt() {
        return passwordAt;
    }

    Bytes password() {
        return password;
    }

    /** Sets Acct-Delay-Time (RFC 2866, 5.2). True when that changed the packet, so that it needs a new identifier. */
    boolean delayed(Instant now) {
        if (delayAt < 0) {
            return false;
        }
        long seconds = Math.clamp(now.getEpochSecond() - happened.getEpochSecond(), 0, 0xffff_ffffL);
        long before = (long) Packets.u16(packet, delayAt) << 16 | Packets.u16(packet, delayAt + 2);
        Packets.u32(packet, delayAt, seconds);
        return seconds != before;
    }
}
