package sluice.coa;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.loop.MonotonicClock;
import sluice.radius.packet.RadiusDictionary;
import sluice.session.api.Sessions;

/**
 * Hears CoA and disconnect requests (RFC 5176). One thread, {@code sluice-coa-0}, owns the socket and every request;
 * the session engine does what they want and is not waited for.
 *
 * <p>Clients come and go while it runs. A request that is worked on when it is deactivated is done and gets no answer;
 * the client sends it again.
 */
@Component(service = CoaListener.class, immediate = true, configurationPid = "sluice.coa")
@Designate(ocd = CoaListener.Config.class)
public final class CoaListener implements ListenSocket.Receiver {

    private static final Logger LOG = LoggerFactory.getLogger(CoaListener.class);
    private static final long QUIET_MILLIS = 0;
    private static final long CLOSE_SECONDS = 5;

    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final ListenSocket socket;
    private final Reception reception;
    private final List<CoaClient> clients = new CopyOnWriteArrayList<>();

    /** In names of methods {@code __} stands for the underscore of the key. */
    @ObjectClassDefinition(name = "CoA and disconnect requests")
    @interface Config {
        @AttributeDefinition(required = false, description = "Local IP address to listen at; empty: all of them")
        String bind__address() default "";

        @AttributeDefinition(description = "UDP port to listen at", min = "1", max = "65535")
        int port() default 3799;

        @AttributeDefinition(description = "Do disconnect requests")
        boolean disconnect() default true;

        @AttributeDefinition(description = "Do CoA requests")
        boolean change() default true;

        @AttributeDefinition(
                description = "How far an Event-Timestamp may be from the gateway's clock, seconds",
                min = "1")
        int event__timestamp__seconds() default 300;

        @AttributeDefinition(description = "Drop requests without an Event-Timestamp")
        boolean require__event__timestamp() default false;

        @AttributeDefinition(description = "Requests worked on at once; more are refused", min = "1", max = "4096")
        int in__flight__max() default 256;

        @AttributeDefinition(
                description = "Requests per second and client; more are refused",
                min = "1",
                max = "100000")
        int requests__per__second() default 500;

        @AttributeDefinition(
                description = "How long an answer is kept for a request that is sent again, seconds",
                min = "1",
                max = "300")
        int duplicate__seconds() default 30;
    }

    /** Begins to listen. */
    @Activate
    public CoaListener(@Reference Sessions sessions, @Reference GatewayNames names, Config config) {
        this(settings(config), names.settings(), sessions, MonotonicClock.system(), InstantSource.system());
    }

    CoaListener(
            ListenerSettings settings,
            GatewaySettings gateway,
            Sessions sessions,
            MonotonicClock clock,
            InstantSource wall) {
        group = new MultiThreadIoEventLoopGroup(
                1, Thread.ofPlatform().name("sluice-coa-", 0).daemon().factory(), NioIoHandler.newFactory());
        loop = group.next();
        socket = new ListenSocket(loop, settings.local(), this);
        RequestReader reader = new RequestReader(gateway, RadiusDictionary.builtIn());
        Executor orNotAnyMore = this::execute;
        reception = new Reception(settings, reader, new Execution(sessions, orNotAnyMore), clock, wall, socket);
        loop.execute(socket::open);
    }

    private static ListenerSettings settings(Config config) {
        Set<RequestKind> kinds = EnumSet.noneOf(RequestKind.class);
        if (config.disconnect()) {
            kinds.add(RequestKind.DISCONNECT);
        }
        if (config.change()) {
            kinds.add(RequestKind.CHANGE);
        }
        InetSocketAddress local = config.bind__address().isEmpty()
                ? new InetSocketAddress(config.port())
                : new InetSocketAddress(InetAddress.ofLiteral(config.bind__address()), config.port());
        return new ListenerSettings(
                local,
                kinds,
                Duration.ofSeconds(config.event__timestamp__seconds()),
                config.require__event__timestamp(),
                config.in__flight__max(),
                config.requests__per__second(),
                Duration.ofSeconds(config.duplicate__seconds()));
    }

    /** A client was configured. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindClient(CoaClient client) {
        clients.add(client);
        client.settings().ifPresent(this::add);
    }

    /** A client's configuration was removed or is about to change. */
    void unbindClient(CoaClient client) {
        clients.remove(client);
        client.settings().ifPresent(this::remove);
    }

    void add(ClientSettings client) {
        execute(() -> reception.add(client));
        LOG.info("CoA client {} is heard", client.name());
    }

    void remove(ClientSettings client) {
        execute(() -> reception.remove(client));
        LOG.info("CoA client {} is not heard any more", client.name());
    }

    @Override
    public void received(byte[] datagram, int size, InetSocketAddress from) {
        reception.received(datagram, size, from);
    }

    @Override
    public void sendFailed() {
        reception.counters().silent().count(Silence.NOT_SENT);
    }

    List<CoaClient> clients() {
        return clients;
    }

    Reception reception() {
        return reception;
    }

    /** Why nobody is heard; empty when there is no trouble. */
    String trouble() {
        return socket.trouble();
    }

    /** The UDP port, 0 before it is open. */
    int port() {
        return socket.port();
    }

    /** Runs something on the thread; silently not when it is being closed. */
    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("Closed before a task could run");
        }
    }

    /** Closes the socket and ends the thread. */
    @Deactivate
    void close() {
        execute(socket::close);
        group.shutdownGracefully(QUIET_MILLIS, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
