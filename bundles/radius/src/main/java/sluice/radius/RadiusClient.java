package sluice.radius;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
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
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.platform.api.CounterSet;
import sluice.platform.api.HardwareProfile;
import sluice.platform.api.SecretUnavailable;
import sluice.platform.api.Secrets;
import sluice.radius.packet.MacFormat;
import sluice.radius.packet.PortTemplate;
import sluice.radius.packet.RadiusDictionary;
import sluice.radius.packet.VerifiedPacket;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Authenticator;
import sluice.session.api.Outcome;

/**
 * Asks RADIUS who a subscriber is (RFC 2865, RFC 5080).
 *
 * <p>Servers come and go while it runs. What is in flight when it is deactivated is answered with
 * {@link Outcome.Unanswered}.
 */
@Component(
        service = {Authenticator.class, RadiusClient.class},
        configurationPid = "sluice.radius")
@Designate(ocd = RadiusClient.Config.class)
public final class RadiusClient implements Authenticator {

    private static final Logger LOG = LoggerFactory.getLogger(RadiusClient.class);

    private final RequestSettings requestSettings;
    private final LoopSettings loopSettings;
    private final MonotonicClock clock;
    private final InstantSource wall;
    private final RandomGenerator random;
    private final CounterSet<RadiusCounter> counters = new CounterSet<>(RadiusCounter.class);
    private final AccessRequests requests;
    private final AuthorizationReader verdicts;
    private final RequestLoop loop;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final List<RadiusServer> servers = new CopyOnWriteArrayList<>();

    /** In names of methods {@code __} stands for the underscore of the key. */
    @ObjectClassDefinition(name = "RADIUS client")
    @interface Config {
        @AttributeDefinition(required = false, description = "NAS-Identifier; empty: bng_id of the hardware profile")
        String nas__identifier() default "";

        @AttributeDefinition(required = false, description = "NAS-IP-Address; empty: nas_ip of the hardware profile")
        String nas__ip() default "";

        @AttributeDefinition(required = false, description = "NAS-IPv6-Address; empty: not sent")
        String nas__ipv6() default "";

        @AttributeDefinition(
                required = false,
                description = "Local IP address of requests, one per family, with commas; empty: as routed")
        String source__address() default "";

        @AttributeDefinition(
                required = false,
                description = "Interface or VRF that requests leave by; its address unless source_address is given")
        String source__interface() default "";

        @AttributeDefinition(description = "Calling-Station-Id like aa:bb:cc:dd:ee:ff or like AA-BB-CC-DD-EE-FF")
        String calling__station__id() default "aa:bb:cc:dd:ee:ff";

        @AttributeDefinition(required = false, description = "Called-Station-Id; empty: not sent")
        String called__station__id() default "";

        @AttributeDefinition(description = "NAS-Port-Id, of {port} {svlan} {cvlan} {circuit-id} {remote-id}")
        String nas__port__id() default "{port}:{svlan}.{cvlan}";

        @AttributeDefinition(description = "User-Password of subscribers who have none: none, user_name or secret")
        String password() default "none";

        @AttributeDefinition(required = false, description = "Name of the secret that password=secret sends")
        String password__secret() default "";

        @AttributeDefinition(description = "Service-Type: 2 Framed, 10 Call-Check, 0 not sent", min = "0")
        int service__type() default 2;

        @AttributeDefinition(description = "Authentications in flight; more are refused at once", min = "1")
        int in__flight__max() default 4096;

        @AttributeDefinition(
                description = "Source ports per server, each for 256 requests in flight",
                min = "1",
                max = "64")
        int sockets() default 16;

        @AttributeDefinition(description = "How long a silent server is left alone, seconds", min = "0")
        int dead__seconds() default 30;

        @AttributeDefinition(
                description = "Time between Status-Server to servers that are down or idle, seconds, 0 never",
                min = "0")
        int status__seconds() default 10;

        @AttributeDefinition(description = "How servers of one priority share: first, round_robin or least_outstanding")
        String balance() default "least_outstanding";

        @AttributeDefinition(
                required = false,
                description = "Directory of further dictionaries in the FreeRADIUS format")
        String dictionary__directory() default "";
    }

    /** Reads dictionaries and the password, so it blocks for file accesses. */
    @Activate
    public RadiusClient(@Reference HardwareProfile profile, @Reference Secrets secrets, Config config)
            throws SecretUnavailable {
        this(
                requestSettings(profile, secrets, config),
                new LoopSettings(
                        LinkSource.of(config.source__address(), config.source__interface()),
                        config.sockets(),
                        config.in__flight__max(),
                        Duration.ofSeconds(config.dead__seconds()),
                        Duration.ofSeconds(config.status__seconds()),
                        Balance.of(config.balance())),
                dictionary(config.dictionary__directory()),
                MonotonicClock.system(),
                InstantSource.system(),
                new SecureRandom());
    }

    RadiusClient(
            RequestSettings requestSettings,
            LoopSettings loopSettings,
            RadiusDictionary dictionary,
            MonotonicClock clock,
            InstantSource wall,
            RandomGenerator random) {
        this.requestSettings = requestSettings;
        this.loopSettings = loopSettings;
        this.clock = clock;
        this.wall = wall;
        this.random = random;
        this.requests = new AccessRequests(requestSettings, dictionary, wall, counters);
        this.verdicts = new AuthorizationReader(dictionary, counters);
        this.loop = new RequestLoop(loopSettings, clock, wall, random, counters);
    }

    private static RequestSettings requestSettings(HardwareProfile profile, Secrets secrets, Config config)
            throws SecretUnavailable {
        PasswordPolicy password = switch (config.password()) {
            case "none" -> new PasswordPolicy.None();
            case "user_name" -> new PasswordPolicy.UserName();
            case "secret" -> new PasswordPolicy.Shared(secrets.read(config.password__secret()));
            default ->
                throw new IllegalArgumentException(
                        "password=" + config.password() + ", expected none, user_name or secret");
        };
        return new RequestSettings(
                config.nas__identifier().isEmpty() ? profile.bngId() : config.nas__identifier(),
                config.nas__ip().isEmpty() ? profile.nasAddress() : Ip4.parse(config.nas__ip()),
                Optional.of(config.nas__ipv6()).filter(text -> !text.isEmpty()).map(Ip6::parse),
                MacFormat.like(config.calling__station__id()),
                Optional.of(config.called__station__id()).filter(text -> !text.isEmpty()),
                new PortTemplate(config.nas__port__id()),
                password,
                config.service__type());
    }

    private static RadiusDictionary dictionary(String directory) {
        RadiusDictionary dictionary = RadiusDictionary.builtIn();
        if (directory.isEmpty()) {
            return dictionary;
        }
        try {
            for (Path file : RadiusDictionary.filesOf(Path.of(directory))) {
                addDictionary(dictionary, file);
            }
        } catch (IOException e) {
            LOG.error("The dictionaries in {} cannot be listed: {}", directory, e.getMessage());
        }
        return dictionary;
    }

    private static void addDictionary(RadiusDictionary dictionary, Path file) {
        try {
            dictionary.add(file);
            LOG.info("Dictionary {} added", file.getFileName());
        } catch (IOException e) { // names are missing then; subscribers are served all the same
            LOG.error("Dictionary {} is not understood: {}", file, e.getMessage());
        }
    }

    /** A server was configured. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindServer(RadiusServer server) {
        servers.add(server);
        server.settings().ifPresent(this::add);
    }

    /** A server's configuration was removed or is about to change. */
    void unbindServer(RadiusServer server) {
        servers.remove(server);
        server.settings().ifPresent(this::remove);
    }

    void add(ServerSettings server) {
        loop.add(server);
        LOG.info("RADIUS server {} is asked at {}", server.name(), server.host().getHostAddress());
    }

    void remove(ServerSettings server) {
        loop.remove(server);
        LOG.info("RADIUS server {} is not asked any more", server.name());
    }

    @Override
    public void authenticate(AuthenticationRequest request, Consumer<Outcome> reply) {
        counters.count(RadiusCounter.ACCESS_REQUESTS);
        if (inFlight.incrementAndGet() > loopSettings.accessMax()) {
            inFlight.decrementAndGet();
            counters.count(RadiusCounter.OVERLOADED);
            reply.accept(new Outcome.Unanswered("too many authentications are in flight"));
            return;
        }
        Question question = new Question(reply);
        Optional<RequestDraft> draft = requests.draft(request);
        if (draft.isEmpty()) {
            question.finish(new Outcome.Rejected("the user name does not fit into a RADIUS request"));
            return;
        }
        loop.submit(draft.get(), question);
    }

    @Override
    public Reachability reachability() {
        return loop.reachability(RequestKind.ACCESS);
    }

    /** Authentications that wait for their verdict. */
    int inFlight() {
        return inFlight.get();
    }

    List<RadiusServer> servers() {
        return servers;
    }

    RequestLoop loop() {
        return loop;
    }

    /** A loop for servers that the client itself does not ask; who gets it closes it. */
    RequestLoop separateLoop() {
        return new RequestLoop(loopSettings, clock, wall, random, counters);
    }

    RequestSettings requestSettings() {
        return requestSettings;
    }

    InstantSource wall() {
        return wall;
    }

    CounterSet<RadiusCounter> counters() {
        return counters;
    }

    /** Answers what is in flight and ends the thread. */
    @Deactivate
    void close() {
        loop.close();
    }

    /** Hands the verdict of one authentication to whoever asked. */
    private final class Question implements Completion {

        private final Consumer<Outcome> reply;

        Question(Consumer<Outcome> reply) {
            this.reply = reply;
        }

        @Override
        public Runnable answered(VerifiedPacket verified) {
            Outcome outcome = verdicts.outcome(verified);
            return () -> finish(outcome);
        }

        @Override
        public void unanswered(String reason) {
            counters.count(RadiusCounter.UNANSWERED);
            finish(new Outcome.Unanswered(reason));
        }

        void finish(Outcome outcome) {
            inFlight.decrementAndGet();
            reply.accept(outcome);
        }
    }
}
