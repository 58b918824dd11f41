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
import sluice.net.MacAddress;
import sluice.net.VlanTag;
import sluice.session.api.AccessProtocol;
import sluice.session.api.AddressGrant;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.IncompatibleState;
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
    private final Networks networks;

    private Stage stage = Stage.STARTING;
    private @Nullable ProtocolState state;
    private @Nullable AccessProtocol stateOwner;
    private Bytes frozenState = Bytes.EMPTY;
    private @Nullable Authorization authorization;
    private @Nullable AddressGrant address;
    private Policy policy = Policy.UNLIMITED;
    private AuthState authState = AuthState.UNAUTHENTICATED;
    private boolean authenticating;
    private boolean quarantine;
    private boolean durable;
    private @Nullable LeaseTerms offered;
    private Duration offloaded = Duration.ZERO;
    private List<VlanTag> tags = List.of();
    private MacAddress nextHop = MacAddress.ZERO;
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

    /** Finds networks by address, for protocols. */
    interface Networks {
        Optional<Network> networkOf(Ip4 address);

        /** The longest lease there is now; empty when the network's own counts. */
        default Optional<Duration> leaseLimit(Network network) {
            return Optional.empty();
        }
    }

    Session(SessionId id, SessionKey key, String protocol, String userName, Networks networks) {
        this.id = id;
        this.key = key;
        this.protocol = protocol;
        this.userName = userName;
        this.networks = networks;
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

    void userName(String name) {
        userName = name;
    }

    @Override
    public Optional<ProtocolState> state() {
        return Optional.ofNullable(state);
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
    public Optional<Network> networkOf(Ip4 wanted) {
        if (address != null && address.network().prefix().contains(wanted)) {
            return Optional.of(address.network());
        }
        return networks.networkOf(wanted);
    }

    @Override
    public Optional<Duration> leaseLimit(Network network) {
        return networks.leaseLimit(network);
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

    /** Whether the protocol keeps something of this session. */
    boolean hasState() {
        return state != null || !frozenState.isEmpty();
    }

    void state(Optional<ProtocolState> next, AccessProtocol owner) {
        state = next.orElse(null);
        stateOwner = owner;
        frozenState = Bytes.EMPTY;
    }

    void frozenState(Bytes bytes) {
        state = null;
        stateOwner = null;
        frozenState = bytes;
    }

    /** The state as bytes, whoever made it. */
    Bytes freezeState() {
        return state != null && stateOwner != null ? stateOwner.freeze(state) : frozenState;
    }

    /**
     * Makes the state one of this protocol instance: after a restart, or when a new version of the bundle took over.
     *
     * @throws IncompatibleState when it cannot be; the state is as before then
     */
    void thawFor(AccessProtocol owner) throws IncompatibleState {
        if (isOf(owner) || !hasState()) {
            return;
        }
        state = owner.thaw(freezeState());
        stateOwner = owner;
        frozenState = Bytes.EMPTY;
    }

    /** Lets go of the classes of a protocol that leaves. */
    void freezeFor(AccessProtocol leaving) {
        if (isOf(leaving) && state != null) {
            frozenState(leaving.freeze(state));
        }
    }

    /** Two versions of a protocol may call themselves equal; only the very instance knows the class of the state. */
    @SuppressWarnings("ReferenceEquality")
    private boolean isOf(AccessProtocol instance) {
        return stateOwner == instance;
    }

    String describe() {
        return switch (stage) {
            case CLOSING, GONE -> "closing";
            default -> state != null && stateOwner != null ? stateOwner.describe(state) : "recovered";
        };
    }

    void authorize(Authorization granted, Policy chosen, AuthState onWhoseWord) {
        authorization = granted;
        policy = chosen;
        authState = onWhoseWord;
    }

    /** Becomes what was frozen, except for timers and what depends on the data plane. */
    void thaw(FrozenSession frozen, Policy chosen, AddressGrant grant, FrozenMoment now) {
        authorize(frozen.authorization(), chosen, frozen.authState());
        address(Optional.of(grant));
        path(frozen.tags(), frozen.nextHop());
        openedAt(frozen.openedAt(), now.monotonic(), frozen.ageAt(now));
        idle(now.monotonic() - frozen.idleAt(now), frozen.idlePackets());
        leaseEnds(frozen.leaseEnds());
        reported(frozen.reported());
        frozenState(frozen.state());
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

    void path(List<VlanTag> line, MacAddress hop) {
        tags = line;
        nextHop = hop;
    }

    List<VlanTag> tags() {
        return tags;
    }

    MacAddress nextHop() {
        return nextHop;
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

    /** @throws IllegalStateException when the session has no address */
    Ip4 ip4() {
        if (address == null) {
            throw new IllegalStateException("Session " + id + " has no address");
        }
        return address.address();
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
