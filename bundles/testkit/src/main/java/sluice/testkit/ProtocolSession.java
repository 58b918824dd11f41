package sluice.testkit;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import sluice.net.Ip4;
import sluice.session.api.AddressGrant;
import sluice.session.api.Authorization;
import sluice.session.api.Network;
import sluice.session.api.ProtocolState;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionView;
import sluice.session.api.TimerName;

/** A session as a {@link ProtocolEngine} keeps it. Of one thread. */
public class ProtocolSession implements SessionView {

    private final SessionId id;
    private final SessionKey key;
    private final Network network;

    /** What the protocol keeps of it. */
    Optional<ProtocolState> state = Optional.empty();

    /** Deadlines in the engine's milliseconds. */
    final Map<TimerName, Long> timers = new HashMap<>();

    /** What RADIUS grants. */
    public Optional<Authorization> granted = Optional.empty();

    /** What is reserved. */
    public Optional<AddressGrant> address = Optional.empty();

    /** Whether packets pass. */
    public boolean open;

    /** @param network in which the subscriber asks */
    protected ProtocolSession(SessionId id, SessionKey key, Network network) {
        this.id = id;
        this.key = key;
        this.network = network;
    }

    @Override
    public SessionId id() {
        return id;
    }

    @Override
    public SessionKey key() {
        return key;
    }

    @Override
    public Optional<ProtocolState> state() {
        return state;
    }

    @Override
    public Optional<Authorization> authorization() {
        return granted;
    }

    @Override
    public Optional<AddressGrant> address() {
        return address;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public Optional<Network> networkOf(Ip4 wanted) {
        boolean known = wanted.isAny() || network.prefix().contains(wanted);
        return address.map(AddressGrant::network).or(() -> known ? Optional.of(network) : Optional.empty());
    }

    /** When the next timer is due, in the engine's milliseconds. */
    long due() {
        return timers.values().stream().min(Long::compare).orElse(Long.MAX_VALUE);
    }

    /** Takes the timer that is due then. */
    TimerName takeDue(long now) {
        TimerName name = timers.entrySet().stream()
                .filter(timer -> timer.getValue() == now)
                .findFirst()
                .orElseThrow()
                .getKey();
        timers.remove(name);
        return name;
    }
}
