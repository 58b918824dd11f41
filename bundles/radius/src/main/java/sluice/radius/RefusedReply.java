package sluice.radius;

import sluice.platform.api.Counter;
import sluice.radius.packet.PacketFault;

/** Why a datagram from a server was not taken for an answer. The request it might have been for goes on waiting. */
enum RefusedReply implements Counter {
    TRUNCATED(1, "ends before its length says"),
    OVERSIZED(2, "longer than 4096 bytes"),
    MALFORMED(3, "attributes do not fill the packet"),
    UNEXPECTED(4, "no request had this identifier"),
    DUPLICATE(5, "request was answered before"),
    LATE(6, "request was given up before"),
    WRONG_CODE(7, "code does not answer the request"),
    WRONG_AUTHENTICATOR(8, "authenticator is wrong: forged, or another secret"),
    NO_MESSAGE_AUTHENTICATOR(9, "has no Message-Authenticator"),
    WRONG_MESSAGE_AUTHENTICATOR(10, "Message-Authenticator is wrong"),
    PROXY_STATE(11, "has a Proxy-State that was not asked for"),
    WRONG_VALUE(12, "an attribute has a value of the wrong size");

    private final int id;
    private final String label;

    RefusedReply(int id, String label) {
        this.id = id;
        this.label = label;
    }

    static RefusedReply of(PacketFault fault) {
        return valueOf(fault.name());
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }
}
