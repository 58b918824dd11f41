package sluice.dataplane.api;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sluice.net.Ip4;

/**
 * A walled garden: where subscribers may go who may not go everywhere, and who answers in place of the rest of the web.
 *
 * @param id as {@link Treatment#garden} names it, 1..65535
 * @param allowed what may be reached, and may answer; the portal always may
 * @param portal gets the TCP connections to port 80 of everybody else; empty: they are refused like the rest
 */
public record Garden(int id, List<Allowed> allowed, Optional<Portal> portal) {

    private static final int ID_MAX = 0xffff;

    /**
     * The web server that tells subscribers why they are here. It sees the connections as made to itself.
     *
     * @param port TCP, 1..65535
     */
    public record Portal(Ip4 address, int port) {

        public Portal {
            if (port < 1 || port > ID_MAX) {
                throw new IllegalArgumentException("Port " + port + ", expected 1..65535");
            }
        }

        /**
         * A portal as an operator writes it, {@code 192.0.2.10:80}.
         *
         * @throws IllegalArgumentException if the text is anything else
         */
        public static Portal parse(String text) {
            int colon = text.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("Portal \"" + text + "\", expected address:port");
            }
            return new Portal(Ip4.parse(text.substring(0, colon)), Allowed.port(text.substring(colon + 1)));
        }

        @Override
        public String toString() {
            return address + ":" + port;
        }
    }

    public Garden {
        allowed = List.copyOf(allowed);
        if (id < 1 || id > ID_MAX) {
            throw new IllegalArgumentException("Garden " + id + ", expected 1..65535");
        }
    }

    /**
     * Checks that gardens can stand side by side.
     *
     * @throws IllegalArgumentException when two have one id
     */
    public static void checkApart(List<Garden> gardens) {
        Set<Integer> seen = new HashSet<>();
        for (Garden garden : gardens) {
            if (!seen.add(garden.id)) {
                throw new IllegalArgumentException("Two gardens have the id " + garden.id);
            }
        }
    }
}
