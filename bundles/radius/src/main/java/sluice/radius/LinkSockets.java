package sluice.radius;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import sluice.radius.packet.Packets;

/**
 * The UDP sockets towards one port of one server, each connected, so that the kernel drops what others send and tells
 * when nobody listens there. While the network is not there yet, opening is tried again every five seconds. Belongs to
 * the request loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // listeners and exceptionCaught see to failures
final class LinkSockets {

    private static final long REOPEN_SECONDS = 5;
    private static final long OPEN_SECONDS = 2;
    private static final int RECEIVE_BUFFER = 1 << 20;

    private final EventLoop loop;
    private final InetSocketAddress server;
    private final Optional<InetAddress> source;
    private final Receiver receiver;
    private final int count;
    private final List<Channel> channels = new ArrayList<>();
    private final byte[] scratch = new byte[Packets.MAX + 1];
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile String trouble = "";
    private boolean closed;

    /** Takes what the sockets bring, on the loop. */
    interface Receiver {

        /** A datagram; the array is reused after the call. */
        void received(int socket, byte[] datagram, int size);

        /** Nobody listens at the server's port. */
        void portUnreachable();

        /** The network did not take a datagram. */
        void sendFailed();
    }

    LinkSockets(EventLoop loop, InetSocketAddress server, Optional<InetAddress> source, int count, Receiver receiver) {
        this.loop = loop;
        this.server = server;
        this.source = source;
        this.count = count;
        this.receiver = receiver;
    }

    /** Begins to open. */
    void open() {
        if (closed) {
            return;
        }
        if (isOpen()) {
            settled.countDown();
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(NioDatagramChannel::new)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(Packets.MAX + 1))
                .handler(new Inbound(channels.size()));
        ChannelFuture connected = source.isPresent()
                ? bootstrap.connect(server, new InetSocketAddress(source.get(), 0))
                : bootstrap.connect(server);
        connected.addListener((ChannelFuture done) -> opened(done));
    }

    private void opened(ChannelFuture done) {
        if (!done.isSuccess()) {
            trouble = String.valueOf(done.cause().getMessage());
            settled.countDown();
            if (!closed) {
                loop.schedule(this::open, REOPEN_SECONDS, TimeUnit.SECONDS);
            }
            return;
        }
        if (closed) {
            done.channel().close();
            return;
        }
        trouble = "";
        channels.add(done.channel());
        open();
    }

    /** Waits until all sockets are there or one could not be opened. Any thread but the loop. */
    void awaitFirstAttempt() throws InterruptedException {
        if (!settled.await(OPEN_SECONDS, TimeUnit.SECONDS)) {
            trouble = "the machine is slow to give sockets";
        }
    }

    /** Whether all sockets are there. */
    boolean isOpen() {
        return channels.size() == count;
    }

    /** Why there are no sockets; empty when there is no trouble. Any thread. */
    String trouble() {
        return trouble;
    }

    void send(int socket, byte[] packet) {
        Channel channel = channels.get(socket);
        ByteBuf copy = channel.alloc().directBuffer(packet.length).writeBytes(packet);
        channel.writeAndFlush(copy, channel.voidPromise()); // a failure comes back through exceptionCaught
    }

    void close() {
        closed = true;
        for (Channel channel : channels) {
            channel.close();
        }
    }

    /** One socket's way in. */
    private final class Inbound extends SimpleChannelInboundHandler<DatagramPacket> {

        private final int socket;

        Inbound(int socket) {
            super(DatagramPacket.class);
            this.socket = socket;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
            int size = datagram.content().readableBytes();
            datagram.content().readBytes(scratch, 0, size);
            receiver.received(socket, scratch, size);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
            if (cause instanceof PortUnreachableException) {
                receiver.portUnreachable();
            } else if (cause instanceof IOException) {
                receiver.sendFailed();
            } else {
                super.exceptionCaught(context, cause);
            }
        }
    }
}
