package sluice.pppoe;

/** Which network protocols a link carries. */
enum Families {
    IP4("ipv4", true, false),
    IP6("ipv6", false, true),
    DUAL("dual", true, true);

    private final String id;
    private final boolean ip4;
    private final boolean ip6;

    Families(String id, boolean ip4, boolean ip6) {
        this.id = id;
        this.ip4 = ip4;
        this.ip6 = ip6;
    }

    /** Stable name in settings. */
    String id() {
        return id;
    }

    boolean hasIp4() {
        return ip4;
    }

    boolean hasIp6() {
        return ip6;
    }

    /**
     * The families of that name.
     *
     * @throws IllegalArgumentException when there are none
     */
    static Families named(String id) {
        for (Families families : values()) {
            if (families.id.equals(id)) {
                return families;
            }
        }
        throw new IllegalArgumentException("Families \"" + id + "\", expected ipv4, ipv6 or dual");
    }
}
