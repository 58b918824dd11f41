package sluice.radius;

import org.tinyradius.core.attribute.AttributeTemplate;

/**
 * The numbers that name an attribute. Everybody may assign more, so this is no enum.
 *
 * @param vendor SMI enterprise number, 0 for an attribute of the RFCs
 * @param type of the attribute, within its vendor
 */
record AttributeCode(int vendor, int type) {

    static final AttributeCode USER_NAME = rfc(1);
    static final AttributeCode USER_PASSWORD = rfc(2);
    static final AttributeCode NAS_IP_ADDRESS = rfc(4);
    static final AttributeCode NAS_PORT = rfc(5);
    static final AttributeCode SERVICE_TYPE = rfc(6);
    static final AttributeCode FRAMED_IP_ADDRESS = rfc(8);
    static final AttributeCode FILTER_ID = rfc(11);
    static final AttributeCode REPLY_MESSAGE = rfc(18);
    static final AttributeCode CLASS = rfc(25);
    static final AttributeCode SESSION_TIMEOUT = rfc(27);
    static final AttributeCode IDLE_TIMEOUT = rfc(28);
    static final AttributeCode CALLED_STATION_ID = rfc(30);
    static final AttributeCode CALLING_STATION_ID = rfc(31);
    static final AttributeCode NAS_IDENTIFIER = rfc(32);
    static final AttributeCode PROXY_STATE = rfc(33);
    static final AttributeCode ACCT_STATUS_TYPE = rfc(40);
    static final AttributeCode ACCT_DELAY_TIME = rfc(41);
    static final AttributeCode ACCT_INPUT_OCTETS = rfc(42);
    static final AttributeCode ACCT_OUTPUT_OCTETS = rfc(43);
    static final AttributeCode ACCT_SESSION_ID = rfc(44);
    static final AttributeCode ACCT_AUTHENTIC = rfc(45);
    static final AttributeCode ACCT_SESSION_TIME = rfc(46);
    static final AttributeCode ACCT_INPUT_PACKETS = rfc(47);
    static final AttributeCode ACCT_OUTPUT_PACKETS = rfc(48);
    static final AttributeCode ACCT_TERMINATE_CAUSE = rfc(49);
    static final AttributeCode ACCT_INPUT_GIGAWORDS = rfc(52);
    static final AttributeCode ACCT_OUTPUT_GIGAWORDS = rfc(53);
    static final AttributeCode EVENT_TIMESTAMP = rfc(55);
    static final AttributeCode NAS_PORT_TYPE = rfc(61);
    static final AttributeCode MESSAGE_AUTHENTICATOR = rfc(80);
    static final AttributeCode ACCT_INTERIM_INTERVAL = rfc(85);
    static final AttributeCode NAS_PORT_ID = rfc(87);
    static final AttributeCode FRAMED_POOL = rfc(88);

    static final AttributeCode AGENT_CIRCUIT_ID = new AttributeCode(3561, 1); // RFC 4679, 3.3.1
    static final AttributeCode AGENT_REMOTE_ID = new AttributeCode(3561, 2); // RFC 4679, 3.3.2

    static final AttributeCode DOWNLOAD_RATE = new AttributeCode(43242, 1);
    static final AttributeCode UPLOAD_RATE = new AttributeCode(43242, 2);
    static final AttributeCode DOWNLOAD_BURST = new AttributeCode(43242, 3);
    static final AttributeCode UPLOAD_BURST = new AttributeCode(43242, 4);
    static final AttributeCode MIKROTIK_RATE_LIMIT = new AttributeCode(14988, 8);
    static final AttributeCode WISPR_MAX_UP = new AttributeCode(14122, 7);
    static final AttributeCode WISPR_MAX_DOWN = new AttributeCode(14122, 8);

    static final AttributeCode ERX_PRIMARY_DNS = new AttributeCode(4874, 4);
    static final AttributeCode ERX_SECONDARY_DNS = new AttributeCode(4874, 5);
    static final AttributeCode ERX_INGRESS_POLICY = new AttributeCode(4874, 10);
    static final AttributeCode ERX_EGRESS_POLICY = new AttributeCode(4874, 11);
    static final AttributeCode ALC_PRIMARY_DNS = new AttributeCode(6527, 9);
    static final AttributeCode ALC_SECONDARY_DNS = new AttributeCode(6527, 10);
    static final AttributeCode ALC_SLA_PROFILE = new AttributeCode(6527, 13);
    static final AttributeCode MS_PRIMARY_DNS = new AttributeCode(311, 28);
    static final AttributeCode MS_SECONDARY_DNS = new AttributeCode(311, 29);

    /** Vendor-Specific, which wraps the others (RFC 2865, 5.26). */
    static final int VENDOR_SPECIFIC = 26;

    private static AttributeCode rfc(int type) {
        return new AttributeCode(0, type);
    }

    static AttributeCode of(AttributeTemplate template) {
        return new AttributeCode(Math.max(template.getVendorId(), 0), template.getType());
    }

    /** The form of FreeRADIUS for an attribute that no dictionary has: {@code Attr-241}, {@code Attr-26.3561.9}. */
    @Override
    public String toString() {
        return vendor == 0 ? "Attr-" + type : "Attr-26." + vendor + "." + type;
    }
}
