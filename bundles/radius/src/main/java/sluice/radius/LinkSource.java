package sluice.radius;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where requests come from: given addresses, of which the first of the server's family counts, or the addresses that a
 * named interface has when a socket is opened, global ones first; else the machine chooses.
 */
record LinkSource(List<InetAddress> addresses, Optional<String> networkInterface) {

    static final LinkSource ANY = new LinkSource(List.of(), Optional.empty());

    LinkSource {
        addresses = List.copyOf(addresses);
    }

    /** As the operator writes them: addresses with commas between, the name of an interface; either may be empty. */
    static LinkSource of(String addresses, String networkInterface) {
        return new LinkSource(
                Stream.of(addresses.split(","))
                        .map(String::strip)
                        .filter(text -> !text.isEmpty())
                        .map(InetAddress::ofLiteral)
                        .toList(),
                Optional.of(networkInterface).filter(name -> !name.isEmpty()));
    }

    /**
     * Local end of a socket to this server, with a port that the machine chooses; empty when it chooses the address
     * too.
     *
     * @throws SocketException when the interface has no address of the server's family now
     */
    Optional<InetSocketAddress> towards(InetAddress server) throws SocketException {
        List<InetAddress> candidates = networkInterface.isPresent() ? addressesOf(networkInterface.get()) : addresses;
        Optional<InetSocketAddress> found = candidates.stream()
                .filter(address -> isIp4(address) == isIp4(server))
                .min(Comparator.comparing(InetAddress::isLinkLocalAddress))
                .map(address -> new InetSocketAddress(address, 0));
        if (networkInterface.isPresent() && found.isEmpty()) {
            throw new SocketException("interface " + networkInterface.get() + " has no address to send from");
        }
        return found;
    }

    private static List<InetAddress> addressesOf(String name) throws SocketException {
        @Nullable NetworkInterface found = NetworkInterface.getByName(name);
        return found == null ? List.of() : found.inetAddresses().toList();
    }

    private static boolean isIp4(InetAddress address) {
        return address instanceof Inet4Address;
    }
}
