package sluice.radius;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPromise;
import java.io.IOException;
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
import sluice.packet.io.DeviceBinding;

/**
 * Where requests come from. A named interface, or VRF, is the only way that they take. Their address is the first given
 * one of the server's family; else the one that the interface has when a socket is opened, a global one first; else the
 * machine chooses.
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
     * Opens a connected socket to this server. On the loop.
     *
     * @return fails when the interface is not there or does not lead to the server
     * @throws SocketException when the interfaces of this machine cannot be read
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the returned one tells of every failure
    ChannelFuture connect(Bootstrap bootstrap, DeviceBinding.Kind kind, InetSocketAddress server)
            throws SocketException {
        Optional<InetSocketAddress> from = towards(server.getAddress());
        if (networkInterface.isEmpty()) {
            return from.isPresent() ? bootstrap.connect(server, from.get()) : bootstrap.connect(server);
        }
        ChannelFuture bound = bootstrap.bind(from.orElseGet(() -> new InetSocketAddress(0)));
        Channel channel = bound.channel();
        ChannelPromise connected = channel.newPromise();
        connected.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        bound.addListener((ChannelFuture done) -> {
            if (!done.isSuccess()) {
                connected.setFailure(done.cause());
                return;
            }
            try {
                DeviceBinding.bind(kind, (InetSocketAddress) channel.localAddress(), networkInterface.get());
                channel.connect(server, connected);
            } catch (IOException e) {
                connected.setFailure(e);
            }
        });
        return connected;
    }

    /**
     * Local end of a socket to this server, with a port that the machine chooses; empty when it chooses the address
     * too.
     */
    private Optional<InetSocketAddress> towards(InetAddress server) throws SocketException {
        List<InetAddress> onInterface = networkInterface.isPresent() ? addressesOf(networkInterface.get()) : List.of();
        return candidate(addresses, server)
                .or(() -> candidate(onInterface, server))
                .map(address -> new InetSocketAddress(address, 0));
    }

    private static Optional<InetAddress> candidate(List<InetAddress> addresses, InetAddress server) {
        return addresses.stream()
                .filter(address -> isIp4(address) == isIp4(server))
                .min(Comparator.comparing(InetAddress::isLinkLocalAddress));
    }

    private static List<InetAddress> addressesOf(String name) throws SocketException {
        @Nullable NetworkInterface found = NetworkInterface.getByName(name);
        return found == null ? List.of() : found.inetAddresses().toList();
    }

    private static boolean isIp4(InetAddress address) {
        return address instanceof Inet4Address;
    }
}
