package sluice.radius.packet;

/**
 * The numbers that name an attribute. Everybody may assign more, so this is no enum.
 *
 * @param extension 241 to 246 for what RFC 6929 puts behind these types, else 0
 * @param vendor SMI enterprise number, 0 for an attribute of the RFCs
 * @param type of the attribute, within its vendor and extension
 */
public record AttributeCode(int extension, int vendor, int type) {

    public static final AttributeCode USER_NAME = rfc(1);
    public static final AttributeCode USER_PASSWORD = rfc(2);
    public static final AttributeCode CHAP_PASSWORD = rfc(3);
    public static final AttributeCode NAS_IP_ADDRESS = rfc(4);
    public static final AttributeCode NAS_PORT = rfc(5);
    public static final AttributeCode SERVICE_TYPE = rfc(6);
    public static final AttributeCode FRAMED_PROTOCOL = rfc(7);
    public static final AttributeCode FRAMED_IP_ADDRESS = rfc(8);
    public static final AttributeCode FRAMED_IP_NETMASK = rfc(9);
    public static final AttributeCode FILTER_ID = rfc(11);
    public static final AttributeCode REPLY_MESSAGE = rfc(18);
    public static final AttributeCode FRAMED_ROUTE = rfc(22);
    public static final AttributeCode STATE = rfc(24);
    public static final AttributeCode CLASS = rfc(25);
    public static final AttributeCode SESSION_TIMEOUT = rfc(27);
    public static final AttributeCode IDLE_TIMEOUT = rfc(28);
    public static final AttributeCode TERMINATION_ACTION = rfc(29);
    public static final AttributeCode CALLED_STATION_ID = rfc(30);
    public static final AttributeCode CALLING_STATION_ID = rfc(31);
    public static final AttributeCode NAS_IDENTIFIER = rfc(32);
    public static final AttributeCode PROXY_STATE = rfc(33);
    public static final AttributeCode ACCT_STATUS_TYPE = rfc(40);
    public static final AttributeCode ACCT_DELAY_TIME = rfc(41);
    public static final AttributeCode ACCT_INPUT_OCTETS = rfc(42);
    public static final AttributeCode ACCT_OUTPUT_OCTETS = rfc(43);
    public static final AttributeCode ACCT_SESSION_ID = rfc(44);
    public static final AttributeCode ACCT_AUTHENTIC = rfc(45);
    public static final AttributeCode ACCT_SESSION_TIME = rfc(46);
    public static final AttributeCode ACCT_INPUT_PACKETS = rfc(47);
    public static final AttributeCode ACCT_OUTPUT_PACKETS = rfc(48);
    public static final AttributeCode ACCT_TERMINATE_CAUSE = rfc(49);
    public static final AttributeCode ACCT_INPUT_GIGAWORDS = rfc(52);
    public static final AttributeCode ACCT_OUTPUT_GIGAWORDS = rfc(53);
    public static final AttributeCode EVENT_TIMESTAMP = rfc(55);
    public static final AttributeCode CHAP_CHALLENGE = rfc(60);
    public static final AttributeCode NAS_PORT_TYPE = rfc(61);
    public static final AttributeCode MESSAGE_AUTHENTICATOR = rfc(80);
    public static final AttributeCode ACCT_INTERIM_INTERVAL = rfc(85);
    public static final AttributeCode NAS_PORT_ID = rfc(87);
    public static final AttributeCode FRAMED_POOL = rfc(88);
    public static final AttributeCode NAS_IPV6_ADDRESS = rfc(95);
    public static final AttributeCode FRAMED_INTERFACE_ID = rfc(96);
    public static final AttributeCode FRAMED_IPV6_PREFIX = rfc(97);
    public static final AttributeCode FRAMED_IPV6_ROUTE = rfc(99);
    public static final AttributeCode FRAMED_IPV6_POOL = rfc(100);
    public static final AttributeCode ERROR_CAUSE = rfc(101);
    public static final AttributeCode DELEGATED_IPV6_PREFIX = rfc(123);
    public static final AttributeCode DNS_SERVER_IPV6_ADDRESS = rfc(169);
    public static final AttributeCode DELEGATED_IPV6_PREFIX_POOL = rfc(171);

    public static final AttributeCode AGENT_CIRCUIT_ID = new AttributeCode(3561, 1); // RFC 4679, 3.3.1
    public static final AttributeCode AGENT_REMOTE_ID = new AttributeCode(3561, 2); // RFC 4679, 3.3.2

    public static final AttributeCode DOWNLOAD_RATE = new AttributeCode(43242, 1);
    public static final AttributeCode UPLOAD_RATE = new AttributeCode(43242, 2);
    public static final AttributeCode DOWNLOAD_BURST = new AttributeCode(43242, 3);
    public static final AttributeCode UPLOAD_BURST = new AttributeCode(43242, 4);
    public static final AttributeCode MIKROTIK_RATE_LIMIT = new AttributeCode(14988, 8);
    public static final AttributeCode WISPR_MAX_UP = new AttributeCode(14122, 7);
    public static final AttributeCode WISPR_MAX_DOWN = new AttributeCode(14122, 8);

    public static final AttributeCode ERX_PRIMARY_DNS = new AttributeCode(4874, 4);
    public static final AttributeCode ERX_SECONDARY_DNS = new AttributeCode(4874, 5);
    public static final AttributeCode ERX_INGRESS_POLICY = new AttributeCode(4874, 10);
    public static final AttributeCode ERX_EGRESS_POLICY = new AttributeCode(4874, 11);
    public static final AttributeCode ERX_IPV6_ACCT_INPUT_OCTETS = new AttributeCode(4874, 151);
    public static final AttributeCode ERX_IPV6_ACCT_OUTPUT_OCTETS = new AttributeCode(4874, 152);
    public static final AttributeCode ERX_IPV6_ACCT_INPUT_GIGAWORDS = new AttributeCode(4874, 155);
    public static final AttributeCode ERX_IPV6_ACCT_OUTPUT_GIGAWORDS = new AttributeCode(4874, 156);
    public static final AttributeCode ALC_PRIMARY_DNS = new AttributeCode(6527, 9);
    public static final AttributeCode ALC_SECONDARY_DNS = new AttributeCode(6527, 10);
    public static final AttributeCode ALC_SLA_PROFILE = new AttributeCode(6527, 13);
    public static final AttributeCode MS_PRIMARY_DNS = new AttributeCode(311, 28);
    public static final AttributeCode MS_SECONDARY_DNS = new AttributeCode(311, 29);
    public static final AttributeCode MS_CHAP_CHALLENGE = new AttributeCode(311, 11);
    public static final AttributeCode MS_CHAP2_RESPONSE = new AttributeCode(311, 25);
    public static final AttributeCode MS_CHAP2_SUCCESS = new AttributeCode(311, 26);
    public static final AttributeCode MS_CHAP_ERROR = new AttributeCode(311, 2);

    /** Vendor-Specific, which wraps the others (RFC 2865, 5.26). */
    public static final int VENDOR_SPECIFIC = 26;

    public AttributeCode {
        if (extension != 0 && !isExtension(extension)) {
            throw new IllegalArgumentException("Extension " + extension + ", expected 241..246");
        }
    }

    /** An attribute of a vendor, or of the RFCs when the vendor is 0. */
    public AttributeCode(int vendor, int type) {
        this(0, vendor, type);
    }

    private static AttributeCode rfc(int type) {
        return new AttributeCode(0, 0, type);
    }

    /** Whether a type opens a space of types of its own (RFC 6929, 2). */
    static boolean isExtension(int type) {
        return type >= 241 && type <= 246;
    }

    /** Whether attributes of this extension have a byte of flags, so that a value may go on in the next. */
    static boolean isLong(int extension) {
        return extension >= 245;
    }

    /** The form of FreeRADIUS for an attribute that no dictionary has: {@code Attr-241.1}, {@code Attr-26.3561.9}. */
    @Override
    public String toString() {
        String prefix = extension == 0 ? "Attr-" : "Attr-" + extension + ".";
        return vendor == 0 ? prefix + type : prefix + "26." + vendor + "." + type;
    }
}
