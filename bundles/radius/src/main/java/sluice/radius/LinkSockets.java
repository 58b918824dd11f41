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
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import sluice.packet.io.DeviceBinding;
import sluice.radius.packet.Packets;

/**
 * The UDP sockets towards one port of one server, each connected, so that the kernel drops what others send and tells
 * when nobody listens there. While the network is not there yet, opening is tried again every five seconds. Belongs to
 * the request loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // listeners and exceptionCaught see to failures
final class LinkSockets implements LinkTransport {

    private static final long REOPEN_SECONDS = 5;
    private static final long OPEN_SECONDS = 2;
    private static final int RECEIVE_BUFFER = 1 << 20;

    private final EventLoop loop;
    private final InetSocketAddress server;
    private final LinkSource source;
    private final Receiver receiver;
    private final int count;
    private final List<Channel> channels = new ArrayList<>();
    private final byte[] scratch = new byte[Packets.MAX + 1];
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile String trouble = "";
    private boolean closed;

    LinkSockets(EventLoop loop, InetSocketAddress server, LinkSource source, int count, Receiver receiver) {
        this.loop = loop;
        this.server = server;
        this.source = source;
        this.count = count;
        this.receiver = receiver;
    }

    @Override
    public void open() {
        if (closed) {
            return;
        }
        if (isOpen()) {
            settled.countDown();
            receiver.opened();
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(NioDatagramChannel::new)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(Packets.MAX + 1))
                .handler(new Inbound(channels.size()));
        try {
            source.connect(bootstrap, DeviceBinding.Kind.DATAGRAM, server)
                    .addListener((ChannelFuture done) -> opened(done));
        } catch (IOException e) {
            failed(e);
        }
    }

    private void failed(Throwable cause) {
        trouble = String.valueOf(cause.getMessage());
        settled.countDown();
        if (!closed) {
            loop.schedule(this::open, REOPEN_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void opened(ChannelFuture done) {
        if (!done.isSuccess()) {
            failed(done.cause());
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

    @Override
    public void awaitFirstAttempt() throws InterruptedException {
        if (!settled.await(OPEN_SECONDS, TimeUnit.SECONDS)) {
            trouble = "the machine is slow to give sockets";
        }
    }

    @Override
    public boolean isOpen() {
        return channels.size() == count;
    }

    @Override
    public String trouble() {
        return trouble;
    }

    @Override
    public boolean isReliable() {
        return false;
    }

    @Override
    public boolean isWritable() {
        return true; // what the kernel does not take is lost and counted
    }

    @Override
    public boolean renew() {
        return false;
    }

    @Override
    public void send(int socket, byte[] packet) {
        Channel channel = channels.get(socket);
        ByteBuf copy = channel.alloc().directBuffer(packet.length).writeBytes(packet);
        channel.writeAndFlush(copy, channel.voidPromise()); // a failure comes back through exceptionCaught
    }

    @Override
    public void close() {
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
