package sluice.coa;

import java.util.Optional;
import sluice.net.Bytes;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeWriter;
import sluice.radius.packet.PacketSignature;
import sluice.radius.packet.Packets;
import sluice.radius.packet.VerifiedPacket;
import sluice.session.api.TerminateCause;

/**
 * Makes the packets that answer requests (RFC 5176, 2.3 and 3). State and Proxy-State come back as they came, in their
 * order; a Message-Authenticator is there when the request had one.
 */
final class Answers {

    private static final int AUTHORIZE_ONLY = 17;

    private Answers() {}

    /** What is answered. The cause stands in a NAK, and in an ACK when there is more to say. */
    record Verdict(boolean done, Optional<ErrorCause> cause, String detail) {

        static final Verdict DONE = new Verdict(true, Optional.empty(), "");

        static Verdict refused(ErrorCause cause, String detail) {
            return new Verdict(false, Optional.of(cause), detail);
        }
    }

    /** The packet that tells the verdict. */
    static byte[] packet(RequestKind kind, VerifiedPacket request, Verdict verdict, PacketSignature signature) {
        AttributeWriter out = new AttributeWriter();
        int signatureAt = -1;
        if (has(request, AttributeCode.MESSAGE_AUTHENTICATOR)) {
            signatureAt = out.room(AttributeCode.MESSAGE_AUTHENTICATOR, Packets.AUTHENTICATOR);
        }
        verdict.cause().ifPresent(cause -> out.number(AttributeCode.ERROR_CAUSE, cause.id()));
        if (verdict.cause().filter(ErrorCause.REQUEST_INITIATED::equals).isPresent()) {
            out.number(AttributeCode.SERVICE_TYPE, AUTHORIZE_ONLY); // RFC 5176, 3.2
        }
        if (kind == RequestKind.DISCONNECT && verdict.done()) {
            out.number(AttributeCode.ACCT_TERMINATE_CAUSE, TerminateCause.ADMIN_RESET.code()); // RFC 5176, 3.5
        }
        echo(request, out);
        byte[] packet = out.packet();
        Packets.head(packet, verdict.done() ? kind.ack() : kind.nak(), request.id());
        signature.sealReply(packet, signatureAt, request.authenticator().toArray());
        return packet;
    }

    /** RFC 5176, 3.1 and 3.3. */
    private static void echo(VerifiedPacket request, AttributeWriter out) {
        Bytes rest = request.attributes();
        while (!rest.isEmpty()) {
            Bytes value = rest.slice(2, rest.at(1) - 2);
            if (is(rest, AttributeCode.STATE)) {
                out.octets(AttributeCode.STATE, value);
            } else if (is(rest, AttributeCode.PROXY_STATE)) {
                out.octets(AttributeCode.PROXY_STATE, value);
            }
            rest = rest.slice(rest.at(1));
        }
    }

    /** Whether the request has the attribute. */
    static boolean has(VerifiedPacket request, AttributeCode code) {
        for (Bytes rest = request.attributes(); !rest.isEmpty(); rest = rest.slice(rest.at(1))) {
            if (is(rest, code)) {
                return true;
            }
        }
        return false;
    }

    private static boolean is(Bytes attribute, AttributeCode code) {
        return attribute.at(0) == code.type();
    }
}
