package sluice.shell;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.DataPlaneProbe;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.dataplane.api.Traffic;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.session.api.Policy;
import sluice.session.api.SessionInfo;

/** A data plane of which an operator sees what a test puts into it. Time goes on when nothing is to be seen. */
final class FakeProbe implements DataPlaneProbe {

    final List<ProbedEntry> entries = new ArrayList<>();
    final List<Contradiction> contradictions = new ArrayList<>();
    final Deque<TracedFrame> frames = new ArrayDeque<>();
    final List<TraceRequest> requests = new ArrayList<>();
    Trace.Loss loss = new Trace.Loss(0, 0);
    Instant now = Instant.parse("2026-01-01T12:00:00Z");
    boolean full;
    boolean dismantled;
    int open;

    /** The entry that belongs to a session. */
    static ProbedEntry entry(SessionInfo session) {
        Policy policy = session.policy().orElseThrow();
        return new ProbedEntry(
                new SubscriberEntry(
                        session.id().value(),
                        session.key().line().port(),
                        List.of(
                                VlanTag.service(new VlanId(session.key().line().svlan())),
                                VlanTag.customer(new VlanId(session.key().line().cvlan()))),
                        session.key().mac(),
                        session.address().orElseThrow(),
                        policy.upload(),
                        policy.download()),
                true,
                new Traffic(1, 2, 3, 4, 5, 6, 7),
                List.of(new ProbedEntry.Detail("Index", "17")));
    }

    @Override
    public void dismantle() {
        dismantled = true;
        entries.clear();
    }

    @Override
    public List<ProbedEntry> find(Predicate<SubscriberEntry> fits) {
        return entries.stream().filter(one -> fits.test(one.entry())).toList();
    }

    @Override
    public List<Contradiction> contradictions() {
        return List.copyOf(contradictions);
    }

    @Override
    public Trace trace(TraceRequest request) throws DataPlaneException {
        if (full) {
            throw new DataPlaneException(Reason.CAPACITY_REACHED, "no place");
        }
        requests.add(request);
        open++;
        Instant end = now.plus(request.limit());
        return new Trace() {
            @Override
            public List<TracedFrame> next(Duration limit) {
                if (frames.isEmpty()) {
                    now = now.plus(limit);
                    return List.of();
                }
                return List.of(frames.removeFirst());
            }

            @Override
            public boolean isOver() {
                return !now.isBefore(end);
            }

            @Override
            public Loss lost() {
                return loss;
            }

            @Override
            public void close() {
                open--;
            }
        };
    }
}
