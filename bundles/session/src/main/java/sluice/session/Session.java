package sluice.session;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import sluice.dataplane.api.LeaseTerms;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.session.api.AddressGrant;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.Network;
import sluice.session.api.Policy;
import sluice.session.api.ProtocolState;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionView;
import sluice.session.api.TimerName;

/**
 * One subscriber's session. Mutable; belongs to its shard. Times are wall clock milliseconds unless they say otherwise.
 */
final class Session implements SessionView {

    /** Where a session stands for the engine; the protocol has a state of its own beside it. */
    enum Stage {
        STARTING,
        OPEN,
        /** Packets are stopped, the end is being made durable. */
        CLOSING,
        GONE
    }

    private final SessionId id;
    private final SessionKey key;
    private final String protocol;
    private String userName;
    private final Outside outside;

    private Stage stage = Stage.STARTING;
    private final HeldState held = new HeldState();
    private @Nullable Authorization authorization;
    private @Nullable AddressGrant address;
    private Policy policy = Policy.UNLIMITED;
    private AuthState authState = AuthState.UNAUTHENTICATED;
    private boolean authenticating;
    private boolean quarantine;
    private boolean durable;
    private @Nullable LeaseTerms offered;
    private Duration offloaded = Duration.ZERO;
    private Path path = Path.NONE;
    private Ip4 place = Ip4.ANY;
    private long openedAt;
    /** Monotonic milliseconds. */
    private long openedSince;

    private long leaseEnds;
    private Traffic before = Traffic.NONE;
    private Traffic reported = Traffic.NONE;
    private final ArmedTimers timers = new ArmedTimers();
    private long idleSince;
    private long idlePackets;
    private boolean interimPaced;
    private List<Object> indexed = List.of();
    private Bytes asked = Bytes.EMPTY;

    /** What protocols ask of the gateway about a session. */
    interface Outside {
        Optional<Network> networkOf(Ip4 address);

        /** The longest lease there is now; empty when the network's own counts. */
        default Optional<Duration> leaseLimit(Network network) {
            return Optional.empty();
        }

        /** How many packets the data plane counted from the subscriber of an open session. */
        default OptionalLong received(Session session) {
            return OptionalLong.empty();
        }
    }

    Session(SessionId id, SessionKey key, String protocol, String userName, Outside outside) {
        this.id = id;
        this.key = key;
        this.protocol = protocol;
        this.userName = userName;
        this.outside = outside;
    }

    @Override
    public SessionId id() {
        return id;
    }

    @Override
    public SessionKey key() {
        return key;
    }

    String protocol() {
        return protocol;
    }

    String userName() {
        return userName;
    }

    /** As the subscriber calls himself. */
    void userName(String name) {
        userName = name;
    }

    @Override
    public Optional<ProtocolState> state() {
        return held.now();
    }

    @Override
    public Optional<Authorization> authorization() {
        return Optional.ofNullable(authorization);
    }

    @Override
    public Optional<AddressGrant> address() {
        return Optional.ofNullable(address);
    }

    @Override
    public boolean isOpen() {
        return stage == Stage.OPEN;
    }

    @Override
    public OptionalLong received() {
        return isOpen() ? outside.received(this) : OptionalLong.empty();
    }

    @Override
    public Optional<Network> networkOf(Ip4 wanted) {
        if (address != null && address.network().prefix().contains(wanted)) {
            return Optional.of(address.network());
        }
        return outside.networkOf(wanted);
    }

    @Override
    public Optional<Duration> leaseLimit(Network network) {
        return outside.leaseLimit(network);
    }

    @Override
    public Optional<Duration> timeLeft(long now) {
        if (!isOpen()) {
            return SessionView.super.timeLeft(now);
        }
        OptionalLong end = end();
        return end.isPresent() ? Optional.of(Duration.ofMillis(Math.max(0, end.getAsLong() - now))) : Optional.empty();
    }

    /** When its session time ends the open session, monotonic milliseconds; empty when it does not. */
    OptionalLong end() {
        boolean asked = authorization != null && authorization.timeouts().reauthenticate();
        return asked ? OptionalLong.empty() : deadline(SessionTimers.SESSION_TIMEOUT);
    }

    Stage stage() {
        return stage;
    }

    void stage(Stage next) {
        stage = next;
    }

    /** What the protocol keeps of this session. */
    HeldState held() {
        return held;
    }

    String describe() {
        return stage == Stage.CLOSING || stage == Stage.GONE ? "closing" : held.describe();
    }

    void authorize(Authorization granted, Policy chosen, AuthState onWhoseWord) {
        authorization = granted;
        policy = chosen;
        authState = onWhoseWord;
    }

    /** Becomes what was frozen, except for timers and what depends on the data plane. */
    void thaw(FrozenSession frozen, Policy chosen, Optional<AddressGrant> grant, FrozenMoment now) {
        authorize(frozen.authorization(), chosen, frozen.authState());
        address(grant);
        path(frozen.path(), frozen.address());
        openedAt(frozen.openedAt(), now.monotonic(), frozen.ageAt(now));
        idle(now.monotonic() - frozen.idleAt(now), frozen.idlePackets());
        leaseEnds(frozen.leaseEnds());
        reported(frozen.reported());
        held.set(frozen.state());
        asked(frozen.asked());
        stage(Stage.OPEN);
        durable(true);
    }

    AuthState authState() {
        return authState;
    }

    boolean isAuthenticating() {
        return authenticating;
    }

    void authenticating(boolean now) {
        authenticating = now;
    }

    Policy policy() {
        return policy;
    }

    void address(Optional<AddressGrant> grant) {
        address = grant.orElse(null);
    }

    boolean isQuarantine() {
        return quarantine;
    }

    void quarantine(boolean wanted) {
        quarantine = wanted;
    }

    /** Whether the store has it. */
    boolean isDurable() {
        return durable;
    }

    void durable(boolean now) {
        durable = now;
    }

    /** On what terms the data plane is to extend the grant when that is durable. */
    Optional<LeaseTerms> offered() {
        return Optional.ofNullable(offered);
    }

    void offered(Optional<LeaseTerms> terms) {
        offered = terms.orElse(null);
    }

    /** Whether the data plane may extend the grant by itself. */
    boolean isOffloaded() {
        return offloaded.isPositive();
    }

    /** By how much it does; zero when it does not. */
    Duration offloaded() {
        return offloaded;
    }

    void offloaded(Duration lease) {
        offloaded = lease;
    }

    /**
     * The session is, or is to be, in the data plane.
     *
     * @param at its address there; 0.0.0.0 without one
     */
    void path(Path way, Ip4 at) {
        path = way;
        place = at;
    }

    Path path() {
        return path;
    }

    /** The address that it has in the data plane since it was opened; 0.0.0.0 without one. */
    Ip4 place() {
        return place;
    }

    long openedAt() {
        return openedAt;
    }

    /** @param age how long it is open already, milliseconds; longer than since {@code millis} if that clock jumped */
    void openedAt(long millis, long now, long age) {
        openedAt = millis;
        openedSince = now - age;
    }

    /** How long the session is open, milliseconds; 0 before. */
    long age(long now) {
        return openedAt == 0 ? 0 : now - openedSince;
    }

    long leaseEnds() {
        return leaseEnds;
    }

    void leaseEnds(long millis) {
        leaseEnds = millis;
    }

    /** What earlier entries of the data plane counted; the present one is added to it. */
    Traffic before() {
        return before;
    }

    void before(Traffic traffic) {
        before = traffic;
    }

    /** The last reading that went into the store. */
    Traffic reported() {
        return reported;
    }

    void reported(Traffic traffic) {
        reported = traffic;
    }

    ArmedTimers timers() {
        return timers;
    }

    OptionalLong deadline(TimerName name) {
        return timers.deadline(name);
    }

    /** Since when there was no packet, as far as is known; monotonic milliseconds. */
    long idleSince() {
        return idleSince;
    }

    /** How many packets there were until then. */
    long idlePackets() {
        return idlePackets;
    }

    void idle(long since, long packets) {
        idleSince = since;
        idlePackets = packets;
    }

    /** Whether the next interim record waits for a moment of its own. */
    boolean isInterimPaced() {
        return interimPaced;
    }

    void interimPaced(boolean paced) {
        interimPaced = paced;
    }

    /** What the {@link SessionIndex} finds it by. */
    List<Object> indexed() {
        return indexed;
    }

    void indexed(List<Object> keys) {
        indexed = keys;
    }

    /** What the protocol knew when RADIUS was asked. */
    Map<String, String> askedWith() {
        return AskedAttributes.decode(asked);
    }

    /** Whether the subscriber proved who he is; else his line did. */
    boolean isProved() {
        return AskedAttributes.proof(askedWith()).isPresent();
    }

    /** As {@link AskedAttributes}, which are smaller than a map. */
    Bytes asked() {
        return asked;
    }

    void asked(Bytes attributes) {
        asked = attributes;
    }

    /** For logs: what every line about a session begins with. */
    String tag() {
        return "session=" + id + " line=" + key.line();
    }
}
