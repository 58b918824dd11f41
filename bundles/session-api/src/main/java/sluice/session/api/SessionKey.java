package sluice.session.api;

import sluice.net.LineId;
import sluice.net.MacAddress;

/**
 * By what a session is found when a frame comes: the access line, the device on it, and which of the device's PPPoE
 * sessions.
 *
 * <p>Not every frame of a session carries the line's circuit-id and remote-id: a DHCP renewal goes past the relay agent
 * that inserts them (RFC 2131, 4.4.5), and of PPPoE only discovery has them (TR-101, 3.9.2). Therefore the shard
 * depends only on what every frame has.
 *
 * @param pppoeSession session id of RFC 2516, 1..65534, different among the sessions of one device on one line; 0:
 *     IPoE, or discovery before there is an id
 */
public record SessionKey(LineId line, MacAddress mac, int pppoeSession) {

    private static final int PPPOE_SESSION_MAX = 65534;

    public SessionKey {
        if (pppoeSession < 0 || pppoeSession > PPPOE_SESSION_MAX) {
            throw new IllegalArgumentException("PPPoE session " + pppoeSession + ", expected 0..65534");
        }
    }

    /** Without PPPoE, or before there is a session of it. */
    public SessionKey(LineId line, MacAddress mac) {
        this(line, mac, 0);
    }

    /**
     * Equal for all frames of a session, whatever they carry of the line; equal also for all sessions of a device, and
     * of a line with a VLAN of its own, so that one shard can keep the limits of that line. Segments that many share
     * are spread by MAC address.
     */
    public int shardHash() {
        long mixed = (line.port() * 31L + line.svlan() << 12 | line.cvlan()) * 0x9E3779B97F4A7C15L;
        if (line.cvlan() == 0) {
            mixed += mac.value();
        }
        mixed *= 0xBF58476D1CE4E5B9L;
        return (int) (mixed >>> 32);
    }
}
