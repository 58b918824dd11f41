package sluice.radius;

import sluice.radius.packet.Packets;

/** The two services of RADIUS; each has a port of its own. */
enum RequestKind {
    ACCESS("auth"),
    ACCOUNTING("acct");

    private final String label;

    RequestKind(String label) {
        this.label = label;
    }

    int port(ServerSettings server) {
        return this == ACCESS ? server.authPort() : server.acctPort();
    }

    /** Name, service and address of a server, for logs. */
    String of(ServerSettings server) {
        return server.name() + " (" + label + " " + server.address(this) + ")";
    }

    /** Whether a reply of this code can answer a request of this kind. */
    boolean isAnsweredBy(int code) {
        return this == ACCOUNTING
                ? code == Packets.ACCOUNTING_RESPONSE
                : code == Packets.ACCESS_ACCEPT || code == Packets.ACCESS_REJECT || code == Packets.ACCESS_CHALLENGE;
    }

    @Override
    public String toString() {
        return label;
    }
}
