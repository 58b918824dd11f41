package sluice.radius;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sluice.packet.io.DeviceBinding;
import sluice.radius.packet.Packets;

/**
 * The TLS connection to one port of one server (RFC 6614), which says where packets end by their own length fields (RFC
 * 6613, 2.6.4). It is made again a second after it was lost, which it is too when the server is silent: firewalls
 * forget connections without telling anybody, and TCP would notice after a quarter of an hour. Belongs to the request
 * loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // listeners and exceptionCaught see to failures
final class LinkStream implements LinkTransport {

    private static final long REOPEN_MILLIS = 1000;
    private static final long OPEN_SECONDS = 2;
    private static final int CONNECT_MILLIS = 3000;
    /** Bytes that may wait for the server to read; many more than it lets wait while it is well. */
    static final int WAITING_MAX = 256 * 1024;

    /**
     * What the kernel keeps of it beside; left to itself it would keep megabytes, and nobody would see that it waits.
     */
    private static final int KERNEL_BYTES = 64 * 1024;

    private final EventLoop loop;
    private final InetSocketAddress server;
    private final LinkSource source;
    private final TlsSettings tls;
    private final Receiver receiver;
    private final byte[] scratch = new byte[Packets.MAX];
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile String trouble = "not connected yet";
    private @Nullable Channel channel;
    private @Nullable ScheduledFuture<?> reopening;
    private boolean usable;
    private boolean closed;

    LinkStream(EventLoop loop, InetSocketAddress server, LinkSource source, TlsSettings tls, Receiver receiver) {
        this.loop = loop;
        this.server = server;
        this.source = source;
        this.tls = tls;
        this.receiver = receiver;
    }

    @Override
    public void open() {
        reopening = null;
        if (closed) {
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(NioSocketChannel::new)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.SO_SNDBUF, KERNEL_BYTES)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(WAITING_MAX / 2, WAITING_MAX))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new Pipeline());
        try {
            ChannelFuture connecting = source.connect(bootstrap, DeviceBinding.Kind.STREAM, server);
            channel = connecting.channel();
            connecting.addListener((ChannelFuture done) -> {
                if (!done.isSuccess()) {
                    failed(done.channel(), String.valueOf(done.cause().getMessage()));
                }
            });
        } catch (IOException e) {
            failed(null, String.valueOf(e.getMessage()));
        }
    }

    private void ready() {
        trouble = "";
        usable = true;
        settled.countDown();
        receiver.opened();
    }

    /** This connection will not be used any more. */
    private void failed(@Nullable Channel which, String reason) {
        if (which != null) {
            which.close();
        }
        if (!Objects.equals(which, channel)) { // an earlier one
            return;
        }
        channel = null;
        trouble = reason;
        settled.countDown();
        if (!closed && reopening == null) {
            reopening = loop.schedule(this::open, REOPEN_MILLIS, TimeUnit.MILLISECONDS);
        }
        boolean broken = usable;
        usable = false;
        receiver.lost(broken);
    }

    @Override
    public void awaitFirstAttempt() throws InterruptedException {
        settled.await(OPEN_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public boolean isOpen() {
        return usable;
    }

    @Override
    public String trouble() {
        return trouble;
    }

    @Override
    public boolean isReliable() {
        return true;
    }

    @Override
    public boolean isWritable() {
        Channel to = channel;
        return to != null && to.isWritable();
    }

    @Override
    public boolean renew() {
        if (!usable) {
            return false;
        }
        failed(channel, "the server was silent");
        return true;
    }

    @Override
    public void send(int socket, byte[] packet) {
        Channel to = channel;
        if (to != null) {
            ByteBuf copy = to.alloc().buffer(packet.length).writeBytes(packet);
            to.writeAndFlush(copy, to.voidPromise()); // a failure comes back through exceptionCaught
        }
    }

    @Override
    public void close() {
        closed = true;
        Channel open = channel;
        if (open != null) {
            open.close();
        }
    }

    /** TLS, then one packet after the other. */
    private final class Pipeline extends ChannelInitializer<SocketChannel> {

        @Override
        protected void initChannel(SocketChannel made) {
            SslHandler handler = tls.context().newHandler(made.alloc(), tls.serverName(), server.getPort());
            handler.setHandshakeTimeoutMillis(CONNECT_MILLIS);
            made.pipeline().addLast(handler);
            made.pipeline()
                    .addLast(new LengthFieldBasedFrameDecoder(
                            Packets.MAX, Packets.LENGTH_AT, 2, -Packets.LENGTH_AT - 2, 0));
            made.pipeline().addLast(new Inbound());
        }
    }

    /** The way in. */
    private final class Inbound extends SimpleChannelInboundHandler<ByteBuf> {

        Inbound() {
            super(ByteBuf.class);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf packet) {
            int size = packet.readableBytes();
            packet.readBytes(scratch, 0, size);
            receiver.received(0, scratch, size);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    ready();
                } else {
                    failed(context.channel(), "TLS: " + handshake.cause().getMessage());
                }
            }
            super.userEventTriggered(context, event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            failed(context.channel(), "the server closed the connection");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
            if (cause instanceof IOException || cause instanceof DecoderException) {
                failed(context.channel(), String.valueOf(cause.getMessage()));
            } else {
                super.exceptionCaught(context, cause);
            }
        }
    }
}
