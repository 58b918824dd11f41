package sluice.session.api;

import sluice.net.LineId;
import sluice.net.MacAddress;

/**
 * By what a session is found when a frame comes: the access line and the device on it.
 *
 * <p>Not every frame of a session carries the line's circuit-id and remote-id: a DHCP renewal goes past the relay agent
 * that inserts them (RFC 2131, 4.4.5). Therefore the shard depends only on what every frame has.
 */
public record SessionKey(LineId line, MacAddress mac) {

    /**
     * Equal for all frames of a session, whatever they carry of the line; equal also for all sessions of a line with a
     * VLAN of its own, so that one shard can keep the limits of that line. Segments that many share are spread by MAC
     * address.
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
