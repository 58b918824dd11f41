package sluice.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import sluice.session.api.TimerName;

/** The timers of one session that are on the wheel: a handful, at most one of each name. Of one thread. */
final class ArmedTimers {

    private final List<Timer> timers = new ArrayList<>(4);

    /**
     * A timer that is armed.
     *
     * @param deadline monotonic milliseconds
     * @param handle of the wheel
     */
    record Timer(TimerName name, long deadline, long handle) {}

    Collection<Timer> all() {
        return Collections.unmodifiableList(timers);
    }

    void add(Timer timer) {
        timers.add(timer);
    }

    Optional<Timer> take(TimerName name) {
        for (int i = 0; i < timers.size(); i++) {
            if (timers.get(i).name().equals(name)) {
                return Optional.of(timers.remove(i));
            }
        }
        return Optional.empty();
    }

    /** Takes the timer that is due for the longest. */
    Optional<Timer> takeDue(long now) {
        int earliest = -1;
        for (int i = 0; i < timers.size(); i++) {
            long deadline = timers.get(i).deadline();
            if (deadline <= now
                    && (earliest < 0 || deadline < timers.get(earliest).deadline())) {
                earliest = i;
            }
        }
        return earliest < 0 ? Optional.empty() : Optional.of(timers.remove(earliest));
    }

    OptionalLong deadline(TimerName name) {
        for (Timer timer : timers) {
            if (timer.name().equals(name)) {
                return OptionalLong.of(timer.deadline());
            }
        }
        return OptionalLong.empty();
    }

    void clear() {
        timers.clear();
    }
}
