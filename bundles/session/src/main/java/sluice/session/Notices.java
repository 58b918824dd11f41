package sluice.session;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import sluice.loop.Bell;

/**
 * What a shard is told and may not miss, beside its inbox, whose lanes can be full. The same twice is told once; of
 * very many changes of policies it becomes one of all, so that what waits is bounded by that and by the protocols there
 * are. {@link #tell} from any thread, {@link #take} by the shard.
 */
final class Notices {

    /** Changes of policies that wait one by one. */
    static final int POLICIES_MAX = 64;

    private static final Mail.PoliciesChanged ALL = new Mail.PoliciesChanged(Set.of());

    private final Bell bell;
    private final Set<Mail.Notice> waiting = new LinkedHashSet<>();

    /** @param bell rung after each notice */
    Notices(Bell bell) {
        this.bell = bell;
    }

    void tell(Mail.Notice notice) {
        synchronized (waiting) {
            waiting.remove(notice); // what comes again comes last
            waiting.add(notice);
            if (waiting.stream().filter(Mail.PoliciesChanged.class::isInstance).count() > POLICIES_MAX) {
                waiting.removeIf(Mail.PoliciesChanged.class::isInstance);
                waiting.add(ALL);
            }
        }
        bell.ring();
    }

    /** All that wait, in the order in which they were told. */
    List<Mail.Notice> take() {
        synchronized (waiting) {
            List<Mail.Notice> all = List.copyOf(waiting);
            waiting.clear();
            return all;
        }
    }
}
