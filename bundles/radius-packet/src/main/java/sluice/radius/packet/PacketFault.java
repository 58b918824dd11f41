package sluice.radius.packet;

/** What is wrong with a datagram that should be a RADIUS packet of somebody who has the secret. */
public enum PacketFault {
    TRUNCATED("ends before its length says"),
    OVERSIZED("longer than 4096 bytes"),
    MALFORMED("attributes do not fill the packet"),
    WRONG_AUTHENTICATOR("authenticator is wrong: forged, or another secret"),
    NO_MESSAGE_AUTHENTICATOR("has no Message-Authenticator"),
    WRONG_MESSAGE_AUTHENTICATOR("Message-Authenticator is wrong"),
    PROXY_STATE("has a Proxy-State that was not asked for"),
    WRONG_VALUE("an attribute has a value of the wrong size");

    private final String label;

    PacketFault(String label) {
        this.label = label;
    }

    /** In the operator's words. */
    public String label() {
        return label;
    }
}
