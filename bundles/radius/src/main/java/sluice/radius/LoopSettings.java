package sluice.radius;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * How requests are sent.
 *
 * @param source local address of the sockets; without it the machine chooses
 * @param sockets source ports per server and kind of request, each for 256 requests in flight
 * @param accessMax authentications in flight, over all servers
 * @param deadTime for how long a server that is down is left alone
 */
record LoopSettings(Optional<InetAddress> source, int sockets, int accessMax, Duration deadTime) {

    LoopSettings {
        if (sockets < 1 || sockets > 64) {
            throw new IllegalArgumentException("Sockets " + sockets + ", expected 1..64");
        }
        if (accessMax < 1) {
            throw new IllegalArgumentException("In flight " + accessMax + ", expected 1 or more");
        }
        if (deadTime.isNegative()) {
            throw new IllegalArgumentException("Dead time " + deadTime + ", expected 0 or more");
        }
    }
}
