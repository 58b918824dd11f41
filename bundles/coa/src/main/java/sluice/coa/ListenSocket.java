package sluice.coa;

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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.radius.packet.Packets;

/**
 * The UDP socket that requests come to. While its address or port is not to be had, opening is tried again every five
 * seconds. Belongs to the listener's thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // listeners and exceptionCaught see to failures
final class ListenSocket implements Reception.Port {

    private static final Logger LOG = LoggerFactory.getLogger(ListenSocket.class);
    private static final long REOPEN_SECONDS = 5;
    private static final int RECEIVE_BUFFER = 1 << 20;

    private final EventLoop loop;
    private final InetSocketAddress local;
    private final Receiver receiver;
    private final byte[] scratch = new byte[Packets.MAX + 1];
    private volatile String trouble = "";
    private volatile int port;
    private Optional<Channel> channel = Optional.empty();
    private boolean closed;

    /** Takes what the socket brings. */
    interface Receiver {

        /** A datagram; the array is reused after the call. */
        void received(byte[] datagram, int size, InetSocketAddress from);

        /** The network did not take an answer. */
        void sendFailed();
    }

    ListenSocket(EventLoop loop, InetSocketAddress local, Receiver receiver) {
        this.loop = loop;
        this.local = local;
        this.receiver = receiver;
    }

    /** Begins to open. */
    void open() {
        if (closed) {
            return;
        }
        new Bootstrap()
                .group(loop)
                .channelFactory(NioDatagramChannel::new)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(Packets.MAX + 1))
                .handler(new Inbound())
                .bind(local)
                .addListener((ChannelFuture done) -> opened(done));
    }

    private void opened(ChannelFuture done) {
        if (!done.isSuccess()) {
            if (trouble.isEmpty()) {
                trouble = String.valueOf(done.cause().getMessage());
                LOG.error("CoA and disconnect requests cannot be heard at {}: {}", local, trouble);
            }
            loop.schedule(this::open, REOPEN_SECONDS, TimeUnit.SECONDS);
            return;
        }
        if (closed) {
            done.channel().close();
            return;
        }
        trouble = "";
        channel = Optional.of(done.channel());
        port = ((InetSocketAddress) done.channel().localAddress()).getPort();
        LOG.info("CoA and disconnect requests are heard at {}", done.channel().localAddress());
    }

    /** Why there is no socket; empty when there is no trouble. Any thread. */
    String trouble() {
        return trouble;
    }

    /** The port it has, 0 before it is open. Any thread. */
    int port() {
        return port;
    }

    @Override
    public void send(byte[] packet, InetSocketAddress to) {
        channel.ifPresent(open -> {
            ByteBuf copy = open.alloc().directBuffer(packet.length).writeBytes(packet);
            open.writeAndFlush(new DatagramPacket(copy, to), open.voidPromise()); // see exceptionCaught
        });
    }

    void close() {
        closed = true;
        channel.ifPresent(Channel::close);
    }

    private final class Inbound extends SimpleChannelInboundHandler<DatagramPacket> {

        Inbound() {
            super(DatagramPacket.class);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
            int size = datagram.content().readableBytes();
            datagram.content().readBytes(scratch, 0, size);
            receiver.received(scratch, size, datagram.sender());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof IOException) {
                receiver.sendFailed();
            } else { // a bug of ours ends its request and not the listener
                LOG.error("A request could not be worked on", cause);
            }
        }
    }
}
