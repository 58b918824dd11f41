package sluice.radius;

import java.time.Duration;

/**
 * How requests are sent.
 *
 * @param source where requests come from
 * @param sockets source ports per server and kind of request, each for 256 requests in flight
 * @param accessMax authentications in flight, over all servers
 * @param deadTime for how long a server that is down is left alone
 * @param statusTime between Status-Server to a server that is down or idle; zero: never
 * @param balance how servers of one priority share the requests
 */
record LoopSettings(
        LinkSource source, int sockets, int accessMax, Duration deadTime, Duration statusTime, Balance balance) {

    LoopSettings {
        if (sockets < 1 || sockets > 64) {
            throw new IllegalArgumentException("Sockets " + sockets + ", expected 1..64");
        }
        if (accessMax < 1) {
            throw new IllegalArgumentException("In flight " + accessMax + ", expected 1 or more");
        }
        if (deadTime.isNegative() || statusTime.isNegative()) {
            throw new IllegalArgumentException(
                    "Dead time " + deadTime + ", status time " + statusTime + ", expected 0 or more");
        }
    }
}
