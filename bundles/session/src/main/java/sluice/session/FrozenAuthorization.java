package sluice.session;

import java.util.List;
import java.util.OptionalInt;
import sluice.net.Ip4Prefix;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.FramedRoute;
import sluice.session.api.Reach;
import sluice.session.api.Timeouts;

/** An authorization as part of a frozen session: what version 1 had, and what was added since. */
final class FrozenAuthorization {

    private static final int OPEN = 0;
    private static final int WALLED = 1;
    private static final int BLOCKED = 2;

    private FrozenAuthorization() {}

    /** What every version reads. */
    static void encodeFirst(WireWriter out, Authorization authorization) {
        Addressing addressing = authorization.addressing();
        Timeouts timeouts = authorization.timeouts();
        FrozenFields.optional(out, authorization.policy(), FrozenFields::text);
        FrozenFields.optional(out, authorization.download(), FrozenFields::policer);
        FrozenFields.optional(out, authorization.upload(), FrozenFields::policer);
        FrozenFields.optional(out, addressing.address(), WireWriter::ip4);
        FrozenFields.optional(out, addressing.pool(), FrozenFields::text);
        FrozenFields.list(out, addressing.dns(), WireWriter::ip4);
        FrozenFields.optional(out, timeouts.session(), FrozenFields::duration);
        FrozenFields.optional(out, timeouts.idle(), FrozenFields::duration);
        FrozenFields.optional(out, timeouts.interim(), FrozenFields::duration);
        FrozenFields.list(out, authorization.classes(), FrozenFields::bytes);
        FrozenFields.map(
                out, authorization.other(), (all, values) -> FrozenFields.list(all, values, FrozenFields::text));
    }

    static Authorization decodeFirst(WireReader in) throws MalformedPacket {
        var policy = FrozenFields.optional(in, FrozenFields::text);
        var download = FrozenFields.optional(in, FrozenFields::policer);
        var upload = FrozenFields.optional(in, FrozenFields::policer);
        var address = FrozenFields.optional(in, WireReader::ip4);
        var pool = FrozenFields.optional(in, FrozenFields::text);
        Addressing addressing =
                Addressing.NONE.withAddress(address, pool).withDns(FrozenFields.list(in, WireReader::ip4));
        Timeouts timeouts = new Timeouts(
                FrozenFields.optional(in, FrozenFields::duration),
                FrozenFields.optional(in, FrozenFields::duration),
                FrozenFields.optional(in, FrozenFields::duration),
                false);
        return new Authorization(
                policy,
                download,
                upload,
                java.util.Optional.empty(),
                addressing,
                timeouts,
                FrozenFields.list(in, FrozenFields::bytes),
                java.util.Optional.empty(),
                FrozenFields.map(in, all -> FrozenFields.list(all, FrozenFields::text)));
    }

    /** What version 2 added. */
    static void encodeSecond(WireWriter out, Authorization authorization) {
        Addressing addressing = authorization.addressing();
        FrozenFields.optional(out, authorization.reach(), FrozenAuthorization::reach);
        out.u8(addressing.netmask().isPresent() ? 1 : 0);
        addressing.netmask().ifPresent(out::u8);
        FrozenFields.list(out, addressing.routes(), FrozenAuthorization::route);
        FrozenFields.optional(out, addressing.framedPrefix(), FrozenFields::prefix6);
        FrozenFields.optional(out, addressing.delegatedPrefix(), FrozenFields::prefix6);
        FrozenFields.optional(out, addressing.framedPrefixPool(), FrozenFields::text);
        FrozenFields.optional(out, addressing.delegatedPrefixPool(), FrozenFields::text);
        FrozenFields.list(out, addressing.routes6(), FrozenFields::prefix6);
        out.u8(authorization.timeouts().reauthenticate() ? 1 : 0);
        FrozenFields.optional(out, authorization.replyMessage(), FrozenFields::text);
    }

    static Authorization decodeSecond(WireReader in, Authorization first) throws MalformedPacket {
        var reach = FrozenFields.optional(in, FrozenAuthorization::reach);
        OptionalInt netmask = in.u8() == 1 ? OptionalInt.of(in.u8()) : OptionalInt.empty();
        List<FramedRoute> routes = FrozenFields.list(in, FrozenAuthorization::route);
        Addressing addressing = new Addressing(
                first.addressing().address(),
                netmask,
                first.addressing().pool(),
                first.addressing().dns(),
                routes,
                FrozenFields.optional(in, FrozenFields::prefix6),
                FrozenFields.optional(in, FrozenFields::prefix6),
                FrozenFields.optional(in, FrozenFields::text),
                FrozenFields.optional(in, FrozenFields::text),
                FrozenFields.list(in, FrozenFields::prefix6));
        Timeouts old = first.timeouts();
        Timeouts timeouts = new Timeouts(old.session(), old.idle(), old.interim(), in.u8() == 1);
        return new Authorization(
                first.policy(),
                first.download(),
                first.upload(),
                reach,
                addressing,
                timeouts,
                first.classes(),
                FrozenFields.optional(in, FrozenFields::text),
                first.other());
    }

    private static void reach(WireWriter out, Reach reach) {
        switch (reach) {
            case Reach.Open open -> out.u8(OPEN);
            case Reach.Walled walled -> FrozenFields.text(out.u8(WALLED), walled.garden());
            case Reach.Blocked blocked -> out.u8(BLOCKED);
        }
    }

    private static Reach reach(WireReader in) throws MalformedPacket {
        int kind = in.u8();
        return switch (kind) {
            case OPEN -> new Reach.Open();
            case WALLED -> new Reach.Walled(FrozenFields.text(in));
            case BLOCKED -> new Reach.Blocked();
            default -> throw new IllegalArgumentException("Reach of kind " + kind + ", expected 0..2");
        };
    }

    private static void route(WireWriter out, FramedRoute route) {
        out.ip4(route.prefix().network()).u8(route.prefix().length());
        FrozenFields.optional(out, route.gateway(), WireWriter::ip4);
        out.u32(route.metric());
    }

    private static FramedRoute route(WireReader in) throws MalformedPacket {
        Ip4Prefix prefix = new Ip4Prefix(in.ip4(), in.u8());
        return new FramedRoute(prefix, FrozenFields.optional(in, WireReader::ip4), (int) in.u32());
    }
}
