package sluice.session;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.net.VlanTag;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.session.api.Authorization;
import sluice.session.api.IncompatibleState;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

/**
 * An open session as it lies in the store: all that is needed to go on with it after a restart. Times are wall clock
 * milliseconds, because the monotonic clock starts anew.
 *
 * <p>Layout: a version byte, then the components in their order; texts and bytes have a 16 bit length before them,
 * optional values a presence byte, lists a 16 bit count. A later version appends.
 *
 * @param timers name to deadline
 * @param before what earlier entries of the data plane counted
 * @param reported last reading, used when the data plane has lost its entry
 * @param state of the protocol, as it froze it
 */
record FrozenSession(
        SessionId id,
        SessionKey key,
        String protocol,
        String userName,
        boolean authenticated,
        Authorization authorization,
        Ip4 address,
        List<VlanTag> tags,
        MacAddress nextHop,
        long openedAt,
        long leaseEnds,
        Traffic before,
        Traffic reported,
        Map<String, Long> timers,
        Bytes state) {

    private static final int VERSION = 1;

    FrozenSession {
        tags = List.copyOf(tags);
        timers = Map.copyOf(timers);
    }

    /**
     * Freezes an open session.
     *
     * @param now monotonic milliseconds, in which its timers count
     * @param wall the same instant as wall clock milliseconds
     */
    static FrozenSession of(Session session, long now, long wall) {
        Map<String, Long> deadlines = session.timers().stream()
                .collect(Collectors.toMap(
                        timer -> timer.name().value(), timer -> wall + timer.deadline() - now, (one, other) -> one));
        return new FrozenSession(
                session.id(),
                session.key(),
                session.protocol(),
                session.userName(),
                session.isAuthenticated(),
                session.authorization().orElseThrow(),
                session.ip4(),
                session.tags(),
                session.nextHop(),
                session.openedAt(),
                session.leaseEnds(),
                session.before(),
                session.reported(),
                deadlines,
                session.freezeState());
    }

    /** The key in the store. */
    static Bytes keyOf(SessionId id) {
        return new WireWriter(8).u64(id.value()).toBytes();
    }

    Bytes encode() {
        WireWriter out = new WireWriter(512);
        out.u8(VERSION).u64(id.value());
        out.u16(key.line().port()).u16(key.line().svlan()).u16(key.line().cvlan());
        bytes(out, key.line().circuitId());
        bytes(out, key.line().remoteId());
        out.mac(key.mac());
        text(out, protocol);
        text(out, userName);
        out.u8(authenticated ? 1 : 0);
        encode(out, authorization);
        out.ip4(address);
        out.u8(tags.size());
        tags.forEach(tag -> out.u16(tag.tpid()).u16(tag.tci()));
        out.mac(nextHop).u64(openedAt).u64(leaseEnds);
        encode(out, before);
        encode(out, reported);
        out.u16(timers.size());
        timers.forEach((name, deadline) -> {
            text(out, name);
            out.u64(deadline);
        });
        bytes(out, state);
        return out.toBytes();
    }

    /** @throws IncompatibleState when the bytes are of a later version or damaged */
    static FrozenSession decode(Bytes bytes) throws IncompatibleState {
        try {
            WireReader in = new WireReader(bytes);
            int version = in.u8();
            if (version != VERSION) {
                throw new IncompatibleState("Frozen session of version " + version + ", expected " + VERSION);
            }
            return new FrozenSession(
                    new SessionId(in.u64()),
                    key(in),
                    text(in),
                    text(in),
                    in.u8() == 1,
                    authorization(in),
                    in.ip4(),
                    tags(in),
                    in.mac(),
                    in.u64(),
                    in.u64(),
                    traffic(in),
                    traffic(in),
                    timers(in),
                    bytes(in));
        } catch (MalformedPacket | IllegalArgumentException e) {
            throw new IncompatibleState("Frozen session is damaged: " + e.getMessage());
        }
    }

    private static SessionKey key(WireReader in) throws MalformedPacket {
        LineId line = new LineId(in.u16(), in.u16(), in.u16(), bytes(in), bytes(in));
        return new SessionKey(line, in.mac());
    }

    private static List<VlanTag> tags(WireReader in) throws MalformedPacket {
        int count = in.u8();
        List<VlanTag> tags = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            tags.add(new VlanTag(in.u16(), in.u16()));
        }
        return tags;
    }

    private static Map<String, Long> timers(WireReader in) throws MalformedPacket {
        int count = in.u16();
        Map<String, Long> timers = new HashMap<>();
        for (int i = 0; i < count; i++) {
            timers.put(text(in), in.u64());
        }
        return timers;
    }

    private static void encode(WireWriter out, Traffic traffic) {
        out.u64(traffic.uploadPackets()).u64(traffic.uploadBytes());
        out.u64(traffic.downloadPackets()).u64(traffic.downloadBytes());
        out.u64(traffic.uploadDropped()).u64(traffic.downloadDropped()).u64(traffic.spoofed());
    }

    private static Traffic traffic(WireReader in) throws MalformedPacket {
        return new Traffic(in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64());
    }

    private static void encode(WireWriter out, Authorization authorization) {
        optionalText(out, authorization.policy());
        optionalPolicer(out, authorization.download());
        optionalPolicer(out, authorization.upload());
        out.u8(authorization.framedAddress().isPresent() ? 1 : 0);
        authorization.framedAddress().ifPresent(out::ip4);
        optionalText(out, authorization.framedPool());
        out.u16(authorization.dns().size());
        authorization.dns().forEach(out::ip4);
        optionalDuration(out, authorization.sessionTimeout());
        optionalDuration(out, authorization.idleTimeout());
        optionalDuration(out, authorization.interim());
        out.u16(authorization.classes().size());
        authorization.classes().forEach(value -> bytes(out, value));
        out.u16(authorization.other().size());
        authorization.other().forEach((name, values) -> {
            text(out, name);
            out.u16(values.size());
            values.forEach(value -> text(out, value));
        });
    }

    private static Authorization authorization(WireReader in) throws MalformedPacket {
        Optional<String> policy = optionalText(in);
        Optional<Policer> download = optionalPolicer(in);
        Optional<Policer> upload = optionalPolicer(in);
        Optional<Ip4> framedAddress = in.u8() == 1 ? Optional.of(in.ip4()) : Optional.empty();
        Optional<String> framedPool = optionalText(in);
        List<Ip4> dns = new ArrayList<>();
        for (int i = in.u16(); i > 0; i--) {
            dns.add(in.ip4());
        }
        Optional<Duration> sessionTimeout = optionalDuration(in);
        Optional<Duration> idleTimeout = optionalDuration(in);
        Optional<Duration> interim = optionalDuration(in);
        List<Bytes> classes = new ArrayList<>();
        for (int i = in.u16(); i > 0; i--) {
            classes.add(bytes(in));
        }
        Map<String, List<String>> other = new HashMap<>();
        for (int i = in.u16(); i > 0; i--) {
            String name = text(in);
            List<String> values = new ArrayList<>();
            for (int j = in.u16(); j > 0; j--) {
                values.add(text(in));
            }
            other.put(name, values);
        }
        return new Authorization(
                policy,
                download,
                upload,
                framedAddress,
                framedPool,
                dns,
                sessionTimeout,
                idleTimeout,
                interim,
                classes,
                other);
    }

    private static void optionalText(WireWriter out, Optional<String> text) {
        out.u8(text.isPresent() ? 1 : 0);
        text.ifPresent(value -> text(out, value));
    }

    private static Optional<String> optionalText(WireReader in) throws MalformedPacket {
        return in.u8() == 1 ? Optional.of(text(in)) : Optional.empty();
    }

    private static void optionalPolicer(WireWriter out, Optional<Policer> policer) {
        out.u8(policer.isPresent() ? 1 : 0);
        policer.ifPresent(value -> out.u64(value.bitsPerSecond()).u64(value.burstBytes()));
    }

    private static Optional<Policer> optionalPolicer(WireReader in) throws MalformedPacket {
        return in.u8() == 1 ? Optional.of(new Policer(in.u64(), in.u64())) : Optional.empty();
    }

    private static void optionalDuration(WireWriter out, Optional<Duration> duration) {
        out.u8(duration.isPresent() ? 1 : 0);
        duration.ifPresent(value -> out.u64(value.toMillis()));
    }

    private static Optional<Duration> optionalDuration(WireReader in) throws MalformedPacket {
        return in.u8() == 1 ? Optional.of(Duration.ofMillis(in.u64())) : Optional.empty();
    }

    private static void text(WireWriter out, String text) {
        bytes(out, Bytes.adopt(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(WireReader in) throws MalformedPacket {
        return bytes(in).toUtf8();
    }

    private static void bytes(WireWriter out, Bytes bytes) {
        out.u16(bytes.length()).bytes(bytes);
    }

    private static Bytes bytes(WireReader in) throws MalformedPacket {
        return in.bytes(in.u16());
    }
}
