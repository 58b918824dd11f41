package sluice.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
                    session.state(),
                    session.key().mac().toString(),
                    session.address().map(Ip4::toString).orElse("-"),
                    session.key().line().toString(),
                    session.userName(),
                    session.policy().map(Policy::name).orElse("-"),
                    session.opened().map(opened -> Amounts.duration(Duration.between(opened, now))).orElse("-")));
        }
        return new Table(List.of("Session", "State", "MAC", "Address", "Line", "User name", "Policy", "Up"), rows);
    }

    /** One row per thing that is known of the session. */
    static Table of(SessionInfo session, Instant now) {
        List<List<String>> rows = new ArrayList<>();
        LineId line = session.key().line();
        row(rows, "Session", session.id().toString());
        row(rows, "State", session.state() + " (" + session.protocol() + ")");
        row(rows, "MAC", session.key().mac().toString());
        row(rows, "Line", line.toString());
        row(rows, "Circuit-id", LineId.printable(line.circuitId()));
        row(rows, "Remote-id", LineId.printable(line.remoteId()));
        row(rows, "User name", session.userName());
        row(rows, "Address", session.address().map(Ip4::toString).orElse("-"));
        row(rows, "Network", session.network().orElse("-"));
        row(rows, "Policy", session.policy().map(Policy::name).orElse("-"));
        row(rows, "Download limit", session.policy().map(Policy::download).map(Amounts::rate).orElse("-"));
        row(rows, "Upload limit", session.policy().map(Policy::upload).map(Amounts::rate).orElse("-"));
        row(rows, "Open since", session.opened().map(at -> at + " (" + Amounts.duration(Duration.between(at, now)) + ")").orElse("-"));
        row(rows, "Lease ends", session.leaseEnds().map(at -> at + " (in " + Amounts.duration(Duration.between(now, at)) + ")").orElse("-"));
        new TreeMap<>(session.timers()).forEach((timer, left) -> row(rows, "Timer " + timer, "in " + Amounts.duration(left)));
        Traffic traffic = session.traffic();
        row(rows, "Download", Amounts.bytes(traffic.downloadBytes()) + " in " + traffic.downloadPackets() + " packets");
        row(rows, "Upload", Amounts.bytes(traffic.uploadBytes()) + " in " + traffic.uploadPackets() + " packets");
        row(rows, "Over the rate", traffic.downloadDropped() + " packets down, " + traffic.uploadDropped() + " up");
        row(rows, "Spoofed", traffic.spoofed() + " packets");
        session.attributes().forEach(attribute -> row(rows, "Attribute", attribute));
        return new Table(List.of("What", "Value"), rows);
    }

    /**
     * The session as the next value. Names are those of the event stream, where <em>input is download</em>; times are
     * ISO 8601 in UTC, timers seconds.
     */
    static void write(JsonWriter json, SessionInfo session) {
        LineId line = session.key().line();
        json.beginObject().name("session_id").value(session.id().toString());
        json.name("protocol").value(session.protocol());
        json.name("state").value(session.state());
        json.name("mac_address").value(session.key().mac().toString());
        optional(json, "ip_address", session.address());
        json.name("line").value(line.toString());
        json.name("port").value(line.port()).name("svlan").value(line.svlan()).name("cvlan").value(line.cvlan());
        json.name("circuit_id").value(LineId.printable(line.circuitId()));
        json.name("remote_id").value(LineId.printable(line.remoteId()));
        json.name("username").value(session.userName());
        optional(json, "network", session.network());
        optional(json, "policy", session.policy().map(Policy::name));
        rate(json, "download_bps", session.policy().map(Policy::download));
        rate(json, "upload_bps", session.policy().map(Policy::upload));
        optional(json, "session_start", session.opened());
        optional(json, "lease_ends", session.leaseEnds());
        Traffic traffic = session.traffic();
        json.name("input_octets").value(traffic.downloadBytes()).name("output_octets").value(traffic.uploadBytes());
        json.name("input_packets").value(traffic.downloadPackets()).name("output_packets").value(traffic.uploadPackets());
        json.name("input_dropped").value(traffic.downloadDropped()).name("output_dropped").value(traffic.uploadDropped());
        json.name("spoofed").value(traffic.spoofed());
        json.name("timers").beginObject();
        for (Map.Entry<String, Duration> timer : new TreeMap<>(session.timers()).entrySet()) {
            json.name(timer.getKey()).value(timer.getValue().toSeconds());
        }
        json.endObject().name("attributes").beginArray();
        session.attributes().forEach(json::value);
        json.endArray().endObject();
    }

    private static void row(List<List<String>> rows, String what, String value) {
        rows.add(List.of(what, value));
    }

    private static void optional(JsonWriter json, String name, Optional<?> value) {
        json.name(name);
        value.ifPresentOrElse(present -> json.value(present.toString()), json::nothing);
    }

    private static void rate(JsonWriter json, String name, Optional<Policer> policer) {
        json.name(name);
        policer.filter(limited -> !limited.isUnlimited())
                .ifPresentOrElse(limited -> json.value(limited.bitsPerSecond()), json::nothing);
    }
}
