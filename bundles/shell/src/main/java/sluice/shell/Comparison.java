package sluice.shell;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import sluice.dataplane.api.DataPlaneProbe.Contradiction;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Policy;
import sluice.session.api.SessionInfo;

/**
 * The three books about subscribers beside each other: the engine's sessions, those in the durable store, and the
 * entries of the data plane. The device's MAC address is not compared, because an entry may have that of a relay.
 *
 * @param stored ids of the sessions in the store
 */
record Comparison(
        List<SessionInfo> sessions, Set<Long> stored, List<ProbedEntry> entries, List<Contradiction> contradictions) {

    /** A rate in the data plane may be so much off by rounding: one part in. */
    private static final long ROUNDING = 100;

    /** What does not fit, by session. */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        Map<Long, List<ProbedEntry>> bySession = new HashMap<>();
        entries.forEach(one -> bySession
                .computeIfAbsent(one.entry().session(), id -> new ArrayList<>())
                .add(one));
        Map<Long, SessionInfo> known = new HashMap<>();
        for (SessionInfo session : sessions) {
            known.put(session.id().value(), session);
            compare(session, bySession.getOrDefault(session.id().value(), List.of()), findings);
        }
        for (ProbedEntry one : entries) {
            if (!known.containsKey(one.entry().session())) {
                findings.add(stray(one.entry()));
            }
        }
        for (long id : stored) {
            if (!known.containsKey(id)) {
                findings.add(new Finding(id, "store", "in the store, and no session of the engine"));
            }
        }
        for (Contradiction one : contradictions) {
            findings.add(new Finding(one.session(), one.subject(), one.sentence()));
        }
        findings.sort((a, b) -> Long.compareUnsigned(a.session(), b.session()));
        return findings;
    }

    private Finding stray(SubscriberEntry entry) {
        String place = entry.address() + " on " + SessionSelector.place(entry);
        return new Finding(
                entry.session(),
                place,
                stored.contains(entry.session())
                        ? "entry in the data plane and session in the store, which the engine does not have"
                        : "entry in the data plane without a session");
    }

    private void compare(SessionInfo session, List<ProbedEntry> of, List<Finding> findings) {
        long id = session.id().value();
        if (session.opened().isEmpty()) {
            of.forEach(one -> findings.add(
                    new Finding(id, one.entry().address().toString(), "entry of a session that is not open")));
            return;
        }
        if (!stored.contains(id)) {
            findings.add(new Finding(id, "store", "open session that is not in the store"));
        }
        if (of.isEmpty()) {
            String address = session.address().map(Ip4::toString).orElse("-");
            findings.add(new Finding(id, address, "open session without an entry in the data plane"));
        }
        if (of.size() > 1) {
            findings.add(new Finding(id, "entries", of.size() + " entries in the data plane"));
        }
        for (ProbedEntry one : of) {
            compare(session, one, findings);
        }
    }

    private static void compare(SessionInfo session, ProbedEntry probed, List<Finding> findings) {
        long id = session.id().value();
        SubscriberEntry entry = probed.entry();
        String line = SessionSelector.place(session.key().line());
        if (!probed.open()) {
            findings.add(new Finding(id, "state", "stopped in the data plane, open in the engine"));
        }
        differ(id, "line", line, SessionSelector.place(entry), findings);
        differ(
                id,
                "address",
                session.address().orElse(Ip4.ANY).toString(),
                entry.address().toString(),
                findings);
        String granted = session.authorization()
                .map(Authorization::addressing)
                .map(Comparison::prefixes)
                .orElse("none");
        differ(id, "IPv6 prefixes", granted, text(entry.prefixes()), findings);
        session.policy()
                .map(Policy::upload)
                .ifPresent(rate -> rates(id, "upload limit", rate, entry.upload(), findings));
        session.policy()
                .map(Policy::download)
                .ifPresent(rate -> rates(id, "download limit", rate, entry.download(), findings));
        session.policy()
                .map(Policy::treatment)
                .ifPresent(treatment ->
                        differ(id, "access", Amounts.access(treatment), Amounts.access(entry.treatment()), findings));
    }

    private static String prefixes(Addressing addressing) {
        List<Ip6Prefix> all = new ArrayList<>(addressing.routes6());
        addressing.framedPrefix().ifPresent(all::add);
        addressing.delegatedPrefix().ifPresent(all::add);
        return text(all);
    }

    private static String text(List<Ip6Prefix> prefixes) {
        return prefixes.isEmpty()
                ? "none"
                : prefixes.stream().distinct().sorted().map(Ip6Prefix::toString).collect(Collectors.joining(" "));
    }

    private static void differ(long id, String what, String engine, String dataPlane, List<Finding> findings) {
        if (!engine.equals(dataPlane)) {
            findings.add(new Finding(id, what, dataPlane + " in the data plane, " + engine + " in the engine"));
        }
    }

    private static void rates(long id, String what, Policer engine, Policer dataPlane, List<Finding> findings) {
        boolean close = engine.isUnlimited() == dataPlane.isUnlimited()
                && Math.abs(engine.bitsPerSecond() - dataPlane.bitsPerSecond()) <= engine.bitsPerSecond() / ROUNDING;
        if (!close) {
            differ(id, what, Amounts.rate(engine), Amounts.rate(dataPlane), findings);
        }
    }
}
