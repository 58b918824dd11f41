package sluice.pppoe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.session.api.IncompatibleState;

/**
 * The bytes of a {@link Link} that outlive this version of the bundle. Version 1 is the version, the phase, two flags
 * and then LCP, authentication, IPCP, IPv6CP, interface identifier and end, each in the order of its record. What a
 * later version adds goes behind it, and this one passes over it. Line quality is not among them: an open link is
 * written whenever these bytes change, and echoes are no reason to.
 *
 * <pre>
 * flag      1, 0 or 1                     text      length 1, UTF-8
 * optional  flag, then the value if 1     bytes     length 2, bytes
 * list      count 1, then the values      constant  position in its enum 1; of a LinkEnd its name as text
 * </pre>
 */
final class FrozenLink {
    private static final int VERSION = 1;

    private FrozenLink() {}

    static Bytes freeze(Link link) {
        WireWriter out = new WireWriter(256);
        out.u8(VERSION).u8(link.phase().ordinal());
        flag(out, link.awaitsAddress());
        flag(out, link.open());
        layer(out, link.lcp());
        lcp(out, link.lcp().options());
        authentication(out, link.authentication());
        layer(out, link.ipcp());
        ipcp(out, link.ipcp().options());
        layer(out, link.ipv6cp());
        ipv6cp(out, link.ipv6cp().options());
        optional(out, link.interfaceId());
        end(out, link.ending());
        return out.toBytes();
    }

    /**
     * The link that {@link #freeze} wrote.
     *
     * @throws IncompatibleState when the bytes are of another version, or damaged
     */
    static Link thaw(Bytes frozen) throws IncompatibleState {
        WireReader in = new WireReader(frozen);
        try {
            int version = in.u8();
            if (version != VERSION) {
                throw new IncompatibleState("PPP link of version " + version + ", expected " + VERSION);
            }
            Link.Phase phase = constant(in, Link.Phase.values());
            boolean awaitsAddress = flag(in);
            boolean open = flag(in);
            return new Link(
                    phase,
                    layer(in, PppProtocol.LCP, FrozenLink::lcp),
                    authentication(in),
                    layer(in, PppProtocol.IPCP, FrozenLink::ipcp),
                    layer(in, PppProtocol.IPV6CP, FrozenLink::ipv6cp),
                    LineQuality.UNKNOWN,
                    awaitsAddress,
                    open,
                    optional(in),
                    end(in));
        } catch (MalformedPacket | IllegalArgumentException damaged) {
            throw new IncompatibleState("PPP link: " + damaged.getMessage());
        }
    }

    /** Reads the options of one control protocol. */
    private interface OptionReader<O extends OptionSet<O>> {
        O read(WireReader in) throws MalformedPacket;
    }

    private static void layer(WireWriter out, Layer<?> layer) {
        out.u8(layer.state().ordinal())
                .u8(layer.triesLeft())
                .u8(layer.naks().sent())
                .u8(layer.naksTaken())
                .u8(layer.nextId())
                .u8(layer.request().id());
        bytes(out, layer.request().options());
        out.u8(layer.request().answersDue());
        flag(out, layer.agreement().id() != Layer.Agreement.NOTHING);
        if (layer.agreement().id() != Layer.Agreement.NOTHING) {
            out.u8(layer.agreement().id());
            bytes(out, layer.agreement().options());
            out.u8(layer.agreement().repeats());
        }
    }

    private static <O extends OptionSet<O>> Layer<O> layer(WireReader in, int protocol, OptionReader<O> options)
            throws MalformedPacket {
        AutomatonState state = constant(in, AutomatonState.values());
        int triesLeft = in.u8();
        Layer.Naks naks = new Layer.Naks(in.u8());
        int naksTaken = in.u8();
        int nextId = in.u8();
        Layer.Request request = new Layer.Request(in.u8(), bytes(in), in.u8());
        Layer.Agreement agreement = flag(in) ? new Layer.Agreement(in.u8(), bytes(in), in.u8()) : Layer.Agreement.NONE;
        return new Layer<>(protocol, state, triesLeft, naks, naksTaken, nextId, request, agreement, options.read(in));
    }

    private static void lcp(WireWriter out, LcpOptions options) {
        out.u16(options.limit()).u16(options.mru());
        method(out, options.method());
        out.u8(options.refused().size());
        options.refused().forEach(method -> out.u8(method.ordinal()));
        out.i32(options.magic()).u16(options.peerMru()).i32(options.peerMagic()).u8(options.loops());
        end(out, options.failure());
    }

    private static LcpOptions lcp(WireReader in) throws MalformedPacket {
        int limit = in.u16();
        int mru = in.u16();
        Optional<AuthenticationMethod> method = method(in);
        List<AuthenticationMethod> refused = new ArrayList<>();
        for (int left = in.u8(); left > 0; left--) {
            refused.add(constant(in, AuthenticationMethod.values()));
        }
        return new LcpOptions(limit, mru, method, refused, in.i32(), in.u16(), in.i32(), in.u8(), end(in));
    }

    private static void authentication(WireWriter out, Authentication authentication) {
        out.u8(authentication.stage().ordinal());
        method(out, authentication.method());
        out.u8(authentication.id()).u8(authentication.nextId());
        bytes(out, authentication.challenge());
        out.u8(authentication.triesLeft()).u8(authentication.failures());
        flag(out, authentication.answer().isPresent());
        authentication.answer().ifPresent(answer -> {
            out.u8(answer.code()).u8(answer.id());
            bytes(out, answer.data());
        });
        flag(out, authentication.userName().isPresent());
        authentication.userName().ifPresent(name -> text(out, name));
        flag(out, authentication.known());
        flag(out, authentication.superseded());
    }

    private static Authentication authentication(WireReader in) throws MalformedPacket {
        Authentication.Stage stage = constant(in, Authentication.Stage.values());
        Optional<AuthenticationMethod> method = method(in);
        int id = in.u8();
        int nextId = in.u8();
        Bytes challenge = bytes(in);
        int triesLeft = in.u8();
        int failures = in.u8();
        Optional<ControlPacket> answer =
                flag(in) ? Optional.of(new ControlPacket(in.u8(), in.u8(), bytes(in))) : Optional.empty();
        Optional<String> userName = flag(in) ? Optional.of(text(in)) : Optional.empty();
        return new Authentication(
                stage, method, id, nextId, challenge, triesLeft, failures, answer, userName, flag(in), flag(in));
    }

    private static void ipcp(WireWriter out, IpcpOptions options) {
        out.ip4(options.gateway());
        flag(out, options.tells());
        out.ip4(options.address()).u8(options.dns().size());
        options.dns().forEach(out::ip4);
        out.u8(options.naks());
    }

    private static IpcpOptions ipcp(WireReader in) throws MalformedPacket {
        Ip4 gateway = in.ip4();
        boolean tells = flag(in);
        Ip4 address = in.ip4();
        List<Ip4> dns = new ArrayList<>();
        for (int left = in.u8(); left > 0; left--) {
            dns.add(in.ip4());
        }
        return new IpcpOptions(gateway, tells, address, dns, in.u8());
    }

    private static void ipv6cp(WireWriter out, Ipv6cpOptions options) {
        out.u64(options.own());
        optional(out, options.granted());
        out.u64(options.peer());
    }

    private static Ipv6cpOptions ipv6cp(WireReader in) throws MalformedPacket {
        return new Ipv6cpOptions(in.u64(), optional(in), in.u64());
    }

    private static void method(WireWriter out, Optional<AuthenticationMethod> method) {
        flag(out, method.isPresent());
        method.ifPresent(one -> out.u8(one.ordinal()));
    }

    private static Optional<AuthenticationMethod> method(WireReader in) throws MalformedPacket {
        return flag(in) ? Optional.of(constant(in, AuthenticationMethod.values())) : Optional.empty();
    }

    private static void end(WireWriter out, Optional<LinkEnd> end) {
        flag(out, end.isPresent());
        end.ifPresent(one -> text(out, one.name()));
    }

    private static Optional<LinkEnd> end(WireReader in) throws MalformedPacket {
        return flag(in) ? Optional.of(LinkEnd.valueOf(text(in))) : Optional.empty();
    }

    private static void optional(WireWriter out, OptionalLong value) {
        flag(out, value.isPresent());
        value.ifPresent(out::u64);
    }

    private static OptionalLong optional(WireReader in) throws MalformedPacket {
        return flag(in) ? OptionalLong.of(in.u64()) : OptionalLong.empty();
    }

    private static void flag(WireWriter out, boolean flag) {
        out.u8(flag ? 1 : 0);
    }

    private static boolean flag(WireReader in) throws MalformedPacket {
        return in.u8() != 0;
    }

    private static void text(WireWriter out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.u8(utf8.length).bytes(Bytes.adopt(utf8));
    }

    private static String text(WireReader in) throws MalformedPacket {
        return in.bytes(in.u8()).toUtf8();
    }

    private static void bytes(WireWriter out, Bytes bytes) {
        out.u16(bytes.length()).bytes(bytes);
    }

    private static Bytes bytes(WireReader in) throws MalformedPacket {
        return in.bytes(in.u16()).compact();
    }

    private static <E extends Enum<E>> E constant(WireReader in, E[] constants) throws MalformedPacket {
        int position = in.u8();
        if (position >= constants.length) {
            throw new IllegalArgumentException("constant " + position + " of " + constants.length);
        }
        return constants[position];
    }
}
