package sluice.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MalformedPacket;
import sluice.net.VlanTag;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.IncompatibleState;
import sluice.session.api.PppLink;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.TimerName;

/**
 * An open session as it lies in the store: all that is needed to go on with it after a restart. Deadlines are wall
 * clock milliseconds, because the monotonic clock may start anew; {@link #millisLeft} tells what they are worth later.
 *
 * <p>Layout: a version byte, then the components that version 1 had, in their order; behind them what each later
 * version added, with its number before it. So the first release reads the sessions of this one, and what it does not
 * know is lost by that alone (see docs/DECISIONS.md).
 *
 * @param address 0.0.0.0 without one
 * @param leaseEnds wall clock milliseconds; 0: when the session ends
 * @param timers name to deadline
 * @param before what earlier entries of the data plane counted
 * @param reported last reading, used when the data plane has lost its entry
 * @param state of the protocol, as it froze it
 * @param age how long the session was open when it was frozen, milliseconds
 * @param idle how long it was idle then, milliseconds
 * @param idlePackets how many packets there were before
 * @param asked what the protocol knew when RADIUS was asked, as {@link AskedAttributes}
 * @param frozen when that was; empty in the bytes of version 1
 */
record FrozenSession(
        SessionId id,
        SessionKey key,
        String protocol,
        String userName,
        AuthState authState,
        Authorization authorization,
        Ip4 address,
        Path path,
        long openedAt,
        long leaseEnds,
        Traffic before,
        Traffic reported,
        Map<String, Long> timers,
        Bytes state,
        long age,
        long idle,
        long idlePackets,
        Bytes asked,
        Optional<FrozenMoment> frozen) {

    private static final int VERSION = 1;
    private static final int SECOND = 2;
    private static final int THIRD = 3;
    private static final int FOURTH = 4;
    private static final int HAS_IP4 = 1;
    private static final int HAS_IP6 = 2;

    /** Timers that the first release would hand to a protocol which does not know them. */
    private static final Set<String> TIMERS_SINCE_SECOND = Set.of(SessionTimers.IDLE.value());

    FrozenSession {
        timers = Map.copyOf(timers);
    }

    /**
     * Freezes an open session.
     *
     * @param moment now; the session's timers count in its monotonic milliseconds
     */
    static FrozenSession of(Session session, FrozenMoment moment) {
        Map<String, Long> deadlines = session.timers().all().stream()
                .collect(Collectors.toMap(
                        timer -> timer.name().value(),
                        timer -> moment.wall() + timer.deadline() - moment.monotonic(),
                        (one, other) -> one));
        return new FrozenSession(
                session.id(),
                session.key(),
                session.protocol(),
                session.userName(),
                session.authState(),
                session.authorization().orElseThrow(),
                session.place(),
                session.path(),
                session.openedAt(),
                session.leaseEnds(),
                session.before(),
                session.reported(),
                deadlines,
                session.held().freeze(),
                session.age(moment.monotonic()),
                moment.monotonic() - session.idleSince(),
                session.idlePackets(),
                session.asked(),
                Optional.of(moment));
    }

    /** The key in the store. */
    static Bytes keyOf(SessionId id) {
        return new WireWriter(8).u64(id.value()).toBytes();
    }

    /**
     * How long until a deadline, milliseconds: never more than when it was frozen, whatever the clocks did since.
     * Negative when it is past.
     */
    long millisLeft(long deadline, FrozenMoment now) {
        return frozen.map(then -> deadline - then.wall() - then.millisUntil(now))
                .orElse(deadline - now.wall());
    }

    /** The same session as it is now, its entry lost: a new one counts from the last reading on. */
    FrozenSession withoutEntry(FrozenMoment now) {
        return new FrozenSession(
                id,
                key,
                protocol,
                userName,
                authState,
                authorization,
                address,
                path,
                openedAt,
                leaseEnds,
                reported,
                reported,
                timers.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, timer -> now.wall() + millisLeft(timer.getValue(), now))),
                state,
                ageAt(now),
                idleAt(now),
                idlePackets,
                asked,
                Optional.of(now));
    }

    /** Whether the lease is over, by the clocks that its timer counts in; false when it ends with the session. */
    boolean isLeaseOver(FrozenMoment now) {
        return Optional.ofNullable(timers.get(TimerName.LEASE.value()))
                .map(deadline -> millisLeft(deadline, now) <= 0)
                .orElse(leaseEnds > 0 && leaseEnds <= now.wall());
    }

    /** How long the session is open now, milliseconds. */
    long ageAt(FrozenMoment now) {
        return frozen.map(then -> age + then.millisUntil(now)).orElse(Math.max(0, now.wall() - openedAt));
    }

    /** How long the session is idle now if no packet came since, milliseconds. */
    long idleAt(FrozenMoment now) {
        return frozen.map(then -> idle + then.millisUntil(now)).orElse(0L);
    }

    Bytes encode() {
        WireWriter out = new WireWriter(640);
        encodeFirst(out);
        out.u8(SECOND);
        frozen.orElse(new FrozenMoment(0, 0, "")).encode(out);
        out.u64(age).u64(idle).u64(idlePackets);
        FrozenFields.bytes(out, asked);
        out.u8(authState.ordinal());
        FrozenAuthorization.encodeSecond(out, authorization);
        encodeSecond(out, before);
        encodeSecond(out, reported);
        FrozenFields.map(out, timers(true), WireWriter::u64);
        if (key.pppoeSession() != 0) {
            encodeThird(out);
        }
        return out.toBytes();
    }

    private void encodeFirst(WireWriter out) {
        out.u8(VERSION).u64(id.value());
        out.u16(key.line().port()).u16(key.line().svlan()).u16(key.line().cvlan());
        FrozenFields.bytes(out, key.line().circuitId());
        FrozenFields.bytes(out, key.line().remoteId());
        out.mac(key.mac());
        FrozenFields.text(out, protocol);
        FrozenFields.text(out, userName);
        out.u8(authState == AuthState.AUTHENTICATED ? 1 : 0);
        FrozenAuthorization.encodeFirst(out, authorization);
        out.ip4(address);
        out.u8(path.tags().size());
        path.tags().forEach(tag -> out.u16(tag.tpid()).u16(tag.tci()));
        out.mac(path.nextHop()).u64(openedAt).u64(leaseEnds);
        encodeFirst(out, before);
        encodeFirst(out, reported);
        FrozenFields.map(out, timers(false), WireWriter::u64);
        FrozenFields.bytes(out, state);
    }

    private void encodeThird(WireWriter out) {
        out.u8(THIRD).u16(key.pppoeSession());
        FrozenFields.optional(
                out,
                path.link(),
                (to, link) -> to.u32(link.magic() & 0xffff_ffffL).u16(link.mru()));
        if (!path.hasIp4() || !path.hasIp6()) {
            out.u8(FOURTH).u8((path.hasIp4() ? HAS_IP4 : 0) | (path.hasIp6() ? HAS_IP6 : 0));
        }
    }

    private Map<String, Long> timers(boolean sinceSecond) {
        return timers.entrySet().stream()
                .filter(timer -> TIMERS_SINCE_SECOND.contains(timer.getKey()) == sinceSecond)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** @throws IncompatibleState when the bytes are of a later version or damaged */
    static FrozenSession decode(Bytes bytes) throws IncompatibleState {
        try {
            WireReader in = new WireReader(bytes);
            int version = in.u8();
            if (version != VERSION) {
                throw new IncompatibleState("Frozen session of version " + version + ", expected " + VERSION);
            }
            FrozenSession first = decodeFirst(in);
            if (!in.hasRemaining() || in.u8() != SECOND) {
                return first;
            }
            FrozenSession second = first.decodeSecond(in);
            return in.hasRemaining() && in.u8() == THIRD ? second.decodeThird(in) : second;
        } catch (MalformedPacket | IllegalArgumentException e) {
            throw new IncompatibleState("Frozen session is damaged: " + e.getMessage());
        }
    }

    private static FrozenSession decodeFirst(WireReader in) throws MalformedPacket {
        return new FrozenSession(
                new SessionId(in.u64()),
                key(in),
                FrozenFields.text(in),
                FrozenFields.text(in),
                in.u8() == 1 ? AuthState.AUTHENTICATED : AuthState.UNAUTHENTICATED,
                FrozenAuthorization.decodeFirst(in),
                in.ip4(),
                path(in),
                in.u64(),
                in.u64(),
                traffic(in),
                traffic(in),
                FrozenFields.map(in, WireReader::u64),
                FrozenFields.bytes(in),
                0,
                0,
                0,
                Bytes.EMPTY,
                Optional.empty());
    }

    /** This session with what version 2 added. */
    private FrozenSession decodeSecond(WireReader in) throws MalformedPacket {
        FrozenMoment moment = FrozenMoment.decode(in);
        long openFor = in.u64();
        long idleFor = in.u64();
        long packets = in.u64();
        Bytes attributes = FrozenFields.bytes(in);
        int auth = in.u8();
        Authorization whole = FrozenAuthorization.decodeSecond(in, authorization);
        Traffic wholeBefore = traffic(in, before);
        Traffic wholeReported = traffic(in, reported);
        Map<String, Long> all = new HashMap<>(timers);
        all.putAll(FrozenFields.map(in, WireReader::u64));
        return new FrozenSession(
                id,
                key,
                protocol,
                userName,
                auth < AuthState.values().length ? AuthState.values()[auth] : authState,
                whole,
                address,
                path,
                openedAt,
                leaseEnds,
                wholeBefore,
                wholeReported,
                all,
                state,
                openFor,
                idleFor,
                packets,
                attributes,
                Optional.of(moment));
    }

    private static SessionKey key(WireReader in) throws MalformedPacket {
        LineId line = new LineId(in.u16(), in.u16(), in.u16(), FrozenFields.bytes(in), FrozenFields.bytes(in));
        return new SessionKey(line, in.mac());
    }

    private static PppLink link(WireReader in) throws MalformedPacket {
        int magic = (int) in.u32();
        int mru = in.u16();
        int families = in.hasRemaining() && in.u8() == FOURTH ? in.u8() : HAS_IP4 | HAS_IP6;
        return new PppLink(magic, mru, (families & HAS_IP4) != 0, (families & HAS_IP6) != 0);
    }

    /** This session with what version 3 added, for PPPoE alone, and version 4, for those that lost a family. */
    private FrozenSession decodeThird(WireReader in) throws MalformedPacket {
        SessionKey whole = new SessionKey(key.line(), key.mac(), in.u16());
        Optional<PppLink> link = FrozenFields.optional(in, FrozenSession::link);
        return new FrozenSession(
                id,
                whole,
                protocol,
                userName,
                authState,
                authorization,
                address,
                new Path(path.tags(), path.nextHop(), link),
                openedAt,
                leaseEnds,
                before,
                reported,
                timers,
                state,
                age,
                idle,
                idlePackets,
                asked,
                frozen);
    }

    private static Path path(WireReader in) throws MalformedPacket {
        List<VlanTag> tags = tags(in);
        return new Path(tags, in.mac(), Optional.empty());
    }

    private static List<VlanTag> tags(WireReader in) throws MalformedPacket {
        int count = in.u8();
        List<VlanTag> tags = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tags.add(new VlanTag(in.u16(), in.u16()));
        }
        return tags;
    }

    private static void encodeFirst(WireWriter out, Traffic traffic) {
        out.u64(traffic.uploadPackets()).u64(traffic.uploadBytes());
        out.u64(traffic.downloadPackets()).u64(traffic.downloadBytes());
        out.u64(traffic.uploadDropped()).u64(traffic.downloadDropped()).u64(traffic.spoofed());
    }

    private static void encodeSecond(WireWriter out, Traffic traffic) {
        out.u64(traffic.uploadPackets6()).u64(traffic.uploadBytes6());
        out.u64(traffic.downloadPackets6()).u64(traffic.downloadBytes6());
        out.u64(traffic.uploadDroppedBytes())
                .u64(traffic.downloadDroppedBytes())
                .u64(traffic.refused());
    }

    private static Traffic traffic(WireReader in) throws MalformedPacket {
        return new Traffic(in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64());
    }

    private static Traffic traffic(WireReader in, Traffic first) throws MalformedPacket {
        return new Traffic(
                first.uploadPackets(),
                first.uploadBytes(),
                first.downloadPackets(),
                first.downloadBytes(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                first.uploadDropped(),
                first.downloadDropped(),
                in.u64(),
                in.u64(),
                first.spoofed(),
                in.u64());
    }
}
