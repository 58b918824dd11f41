package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.VlanTag;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.session.api.IncompatibleState;
import sluice.session.api.ProtocolState;

/**
 * The bytes of a {@link PppoeState} that outlive this version of the bundle. Version 1:
 *
 * <pre>
 * +-----------+--------+----------------------+-----------+---------------+
 * | version 1 | tags 1 | of each: TPID 2, TCI 2 | opening 8 | payload max 2 |
 * +-----------+--------+----------------------+-----------+---------------+
 * | attributes 1 | of each: length 1, name, length 1, value | link to the end
 * +--------------+------------------------------------------+-------------
 * </pre>
 *
 * <p>Of an open link the echoes are left out, and identifiers go on behind those that may have been used since: so it
 * freezes to the same bytes for a while, and the engine need not write it down after every echo or rejection.
 */
final class FrozenState {
    /** Identifiers that an open link may use until it freezes to something else. */
    private static final int IDS_AHEAD = 64;

    private static final int VERSION = 1;
    private static final int TEXT_MAX = 255;
    private static final int ATTRIBUTES_MAX = 255;

    private FrozenState() {}

    static Bytes freeze(ProtocolState state) {
        if (!(state instanceof PppoeState pppoe)) {
            throw new IllegalArgumentException(
                    "State of another protocol: " + state.getClass().getName());
        }
        WireWriter out = new WireWriter(256).u8(VERSION).u8(pppoe.tags().size());
        for (VlanTag tag : pppoe.tags()) {
            out.u16(tag.tpid()).u16(tag.tci());
        }
        out.u64(pppoe.opening()).u16(pppoe.payloadMax());
        Map<String, String> attributes = new TreeMap<>(pppoe.attributes());
        attributes.values().removeIf(value -> value.length() > TEXT_MAX);
        out.u8(Math.min(attributes.size(), ATTRIBUTES_MAX));
        attributes.entrySet().stream().limit(ATTRIBUTES_MAX).forEach(attribute -> {
            writeText(out, attribute.getKey());
            writeText(out, attribute.getValue());
        });
        return out.bytes(FrozenLink.freeze(settled(pppoe.link()))).toBytes();
    }

    private static Link settled(Link link) {
        if (!link.open()) {
            return link;
        }
        return new Link(
                link.phase(),
                ahead(link.lcp()),
                link.authentication(),
                ahead(link.ipcp()),
                ahead(link.ipv6cp()),
                LineQuality.UNKNOWN,
                link.awaitsAddress(),
                link.open(),
                link.interfaceId(),
                link.ending());
    }

    private static <O extends OptionSet<O>> Layer<O> ahead(Layer<O> layer) {
        return new Layer<>(
                layer.protocol(),
                layer.state(),
                layer.triesLeft(),
                layer.naks(),
                layer.naksTaken(),
                (layer.nextId() / IDS_AHEAD + 1) * IDS_AHEAD & 0xff,
                layer.request(),
                layer.agreement(),
                layer.options());
    }

    static PppoeState thaw(Bytes frozen) throws IncompatibleState {
        WireReader in = new WireReader(frozen);
        try {
            int version = in.u8();
            if (version != VERSION) {
                throw new IncompatibleState("PPPoE state of version " + version + ", expected " + VERSION);
            }
            List<VlanTag> tags = new ArrayList<>();
            for (int count = in.u8(); count > 0; count--) {
                tags.add(new VlanTag(in.u16(), in.u16()));
            }
            long opening = in.u64();
            int payloadMax = in.u16();
            Map<String, String> attributes = new TreeMap<>();
            for (int count = in.u8(); count > 0; count--) {
                attributes.put(readText(in), readText(in));
            }
            return new PppoeState(tags, opening, payloadMax, attributes, FrozenLink.thaw(in.rest()));
        } catch (MalformedPacket | IllegalArgumentException damaged) {
            throw new IncompatibleState("PPPoE state: " + damaged.getMessage());
        }
    }

    private static void writeText(WireWriter out, String text) {
        Bytes bytes = Bytes.utf8(text);
        out.u8(bytes.length()).bytes(bytes);
    }

    private static String readText(WireReader in) throws MalformedPacket {
        return in.bytes(in.u8()).toUtf8();
    }
}
