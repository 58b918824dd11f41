package sluice.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.platform.api.Table;
import sluice.session.api.Policy;
import sluice.session.api.SessionInfo;

/** Sessions as tables for people and as JSON for scripts. */
final class SessionTable {

    private SessionTable() {}

    /** One row per session. */
    static Table of(List<SessionInfo> sessions, Instant now) {
        List<List<String>> rows = new ArrayList<>(sessions.size());
        for (SessionInfo session : sessions) {
            rows.add(List.of(
                    session.id().toString(),
                    session.authState().isDegraded()
                            ? session.state() + " (" + session.authState() + ")"
                            : session.state(),
                    session.key().mac().toString(),
                    session.address().map(Ip4::toString).orElse("-"),
                    session.key().line().toString(),
                    session.userName(),
                    session.policy().map(Policy::name).orElse("-"),
                    session.opened().map(opened -> between(opened, now)).orElse("-")));
        }
        return new Table(List.of("Session", "State", "MAC", "Address", "Line", "User name", "Policy", "Up"), rows);
    }

    /** One row per thing that is known of the session. */
    static Table of(SessionInfo session, Instant now, GardenNames gardens) {
        LineId line = session.key().line();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Session", session.id().toString()));
        rows.add(List.of("State", session.state() + " (" + session.protocol() + ")"));
        rows.add(List.of("Served as", session.authState().toString()));
        rows.add(List.of("MAC", session.key().mac().toString()));
        if (session.key().pppoeSession() != 0) {
            rows.add(List.of("PPPoE session", Integer.toString(session.key().pppoeSession())));
        }
        rows.add(List.of("Line", line.toString()));
        rows.add(List.of("Circuit-id", LineId.printable(line.circuitId())));
        rows.add(List.of("Remote-id", LineId.printable(line.remoteId())));
        rows.add(List.of("User name", session.userName()));
        rows.add(row("Address", session.address().map(Ip4::toString)));
        rows.add(row("Network", session.network()));
        session.policy().ifPresent(policy -> rows.addAll(PolicyRows.of(policy, gardens)));
        rows.add(row("Open since", session.opened().map(at -> at + " (" + between(at, now) + ")")));
        rows.add(row("Lease ends", session.leaseEnds().map(at -> at + " (in " + between(now, at) + ")")));
        new TreeMap<>(session.timers())
                .forEach((timer, left) -> rows.add(List.of("Timer " + timer, "in " + Amounts.duration(left))));
        new TreeMap<>(session.details()).forEach((what, value) -> rows.add(List.of(words(what), value)));
        rows.addAll(of(session.traffic()));
        session.attributes().forEach(attribute -> rows.add(List.of("Attribute", attribute)));
        return new Table(List.of("What", "Value"), rows);
    }

    /**
     * The session as the next value. Names are those of the event stream, where <em>input is download</em>; times are
     * ISO 8601 in UTC, timers seconds.
     */
    static void write(JsonWriter json, SessionInfo session) {
        LineId line = session.key().line();
        json.beginObject()
                .field("session_id", session.id().toString())
                .field("protocol", session.protocol())
                .field("state", session.state())
                .field("auth_state", session.authState().toString())
                .field("mac_address", session.key().mac().toString())
                .field("ip_address", session.address())
                .field("line", line.toString())
                .field("port", line.port())
                .field("svlan", line.svlan())
                .field("cvlan", line.cvlan())
                .field("pppoe_session", session.key().pppoeSession())
                .field("circuit_id", LineId.printable(line.circuitId()))
                .field("remote_id", LineId.printable(line.remoteId()))
                .field("username", session.userName())
                .field("network", session.network())
                .field("policy", session.policy().map(Policy::name));
        rate(json, "download_bps", session.policy().map(Policy::download));
        rate(json, "upload_bps", session.policy().map(Policy::upload));
        json.field("access", session.policy().map(Policy::treatment).map(Amounts::access));
        json.field("session_start", session.opened()).field("lease_ends", session.leaseEnds());
        write(json, session.traffic());
        json.name("timers").beginObject();
        new TreeMap<>(session.timers()).forEach((timer, left) -> json.field(timer, left.toSeconds()));
        json.endObject().name("details").beginObject();
        new TreeMap<>(session.details()).forEach(json::field);
        json.endObject().name("attributes").beginArray();
        session.attributes().forEach(json::value);
        json.endArray().endObject();
    }

    private static List<List<String>> of(Traffic traffic) {
        return List.of(
                List.of("Download", Amounts.bytes(traffic.downloadBytes()) + packets(traffic.downloadPackets())),
                List.of("Upload", Amounts.bytes(traffic.uploadBytes()) + packets(traffic.uploadPackets())),
                List.of(
                        "Over the rate",
                        traffic.downloadDropped() + " packets down, " + traffic.uploadDropped() + " up"),
                List.of("Spoofed", traffic.spoofed() + " packets"));
    }

    private static void write(JsonWriter json, Traffic traffic) {
        json.field("input_octets", traffic.downloadBytes())
                .field("output_octets", traffic.uploadBytes())
                .field("input_packets", traffic.downloadPackets())
                .field("output_packets", traffic.uploadPackets())
                .field("input_dropped", traffic.downloadDropped())
                .field("output_dropped", traffic.uploadDropped())
                .field("spoofed", traffic.spoofed());
    }

    /** Bits per second, {@code null} without a limit. */
    static void rate(JsonWriter json, String name, Optional<Policer> policer) {
        json.name(name);
        policer.filter(limited -> !limited.isUnlimited())
                .ifPresentOrElse(limited -> json.value(limited.bitsPerSecond()), json::nothing);
    }

    /** {@code echo_sent} as {@code Echo sent}. */
    private static String words(String name) {
        String words = name.replace('_', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static List<String> row(String what, Optional<String> value) {
        return List.of(what, value.orElse("-"));
    }

    private static String packets(long packets) {
        return " in " + packets + " packets";
    }

    private static String between(Instant from, Instant to) {
        return Amounts.duration(Duration.between(from, to));
    }
}
