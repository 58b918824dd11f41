package sluice.pppoe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import sluice.session.api.TerminateCause;

/** What one step of a link wants done, in order. Made for the step and thrown away behind it. */
final class LinkActions {
    private final List<LinkAction> actions = new ArrayList<>(6);

    void add(LinkAction action) {
        actions.add(action);
    }

    void addAll(List<LinkAction> more) {
        actions.addAll(more);
    }

    /** Before everything that the step wanted so far. */
    void addFirst(LinkAction action) {
        actions.addFirst(action);
    }

    void count(LinkCounter counter) {
        actions.add(new LinkAction.Count(counter));
    }

    /** Frames and counts of a control protocol, and its restart timer. */
    void addAll(LayerStep<?> step, LinkTimer timer, Duration restart) {
        step.send().forEach(frame -> actions.add(new LinkAction.Transmit(frame)));
        step.counted().forEach(this::count);
        switch (step.timer()) {
            case ARM -> actions.add(new LinkAction.Arm(timer, restart));
            case DISARM -> actions.add(new LinkAction.Disarm(timer));
            case KEEP -> {}
        }
    }

    /** Ends the list: a link that is over has no timers. */
    void close(LinkEnd end, TerminateCause cause) {
        actions.removeIf(action -> action instanceof LinkAction.Arm || action instanceof LinkAction.Disarm);
        actions.add(new LinkAction.Close(end, cause));
    }

    List<LinkAction> inOrder() {
        return actions;
    }
}
