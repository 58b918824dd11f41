package sluice.radius;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.CursorPosition;
import sluice.platform.api.Event;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.LogSize;
import sluice.platform.api.Transaction;

/**
 * Calls the operator while there is still time: when the oldest record of a spool is old, or when what waits takes much
 * of the event log's bound. Says it in the log, as an event, and in the table. Looked after by one thread; the state
 * may be read by any.
 */
final class SpoolAlarm {

    static final String ALARM = "ACCOUNTING_ALARM";
    static final String CLEAR = "ACCOUNTING_CLEAR";
    static final String LOST = "ACCOUNTING_LOST";
    static final String READER = "reader";
    static final String AGE = "age_seconds";
    static final String PERCENT = "percent";
    static final String EVENTS = "events";

    private static final Logger LOG = LoggerFactory.getLogger(SpoolAlarm.class);

    /** Calm again at half of what raised the alarm, so that it does not flutter. */
    private static final int CALM = 2;

    private final String name;
    private final SpoolSettings settings;
    private final SpoolParts with;
    private volatile Duration age = Duration.ZERO;
    private volatile int percent;
    private volatile boolean raised;
    private long lostBefore = -1;

    SpoolAlarm(String name, SpoolSettings settings, SpoolParts with) {
        this.name = name;
        this.settings = settings;
        this.with = with;
    }

    /**
     * Looks how things stand.
     *
     * @param oldest when the oldest waiting record happened
     * @param lost events that the bound of the log took from the spool so far
     */
    void look(Optional<Instant> oldest, long lost) {
        Instant now = with.wall().instant();
        age = oldest.map(time -> Duration.between(time, now))
                .filter(Duration::isPositive)
                .orElse(Duration.ZERO);
        percent = percent();
        boolean high = age.compareTo(settings.alarmAfter()) >= 0 || percent >= settings.alarmPercent();
        boolean calm =
                age.compareTo(settings.alarmAfter().dividedBy(CALM)) < 0 && percent <= settings.alarmPercent() / CALM;
        if (high && !raised) {
            raised = true;
            LOG.error(
                    "Accounting ({}) has waited for {} and takes {} % of the event log's bound; at the bound records"
                            + " are lost. Bring a RADIUS server back, or raise max_megabytes in sluice.journal.cfg",
                    name, age, percent);
            tell(ALARM, now, Map.of());
        } else if (calm && raised) {
            raised = false;
            LOG.info("Accounting ({}) is in time again", name);
            tell(CLEAR, now, Map.of());
        }
        if (lost > lostBefore && lostBefore >= 0) {
            LOG.error(
                    "The bound of the event log took {} events from accounting ({}). Bring a RADIUS server back, or"
                            + " raise max_megabytes in sluice.journal.cfg",
                    lost - lostBefore,
                    name);
            tell(LOST, now, Map.of(EVENTS, Long.toString(lost - lostBefore)));
        }
        lostBefore = lost;
    }

    private int percent() {
        LogSize size = with.log().size();
        long behind = with.log().cursors().stream()
                .filter(cursor -> cursor.reader().equals(name))
                .mapToLong(CursorPosition::behind)
                .sum();
        long share = size.events() == 0 ? 0 : size.bytes() * Math.min(behind, size.events()) / size.events();
        return (int) (share * 100 / size.bytesMax());
    }

    private void tell(String type, Instant now, Map<String, String> further) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(READER, name);
        fields.put(AGE, Long.toString(age.toSeconds()));
        fields.put(PERCENT, Integer.toString(percent));
        fields.putAll(further);
        Transaction told = new Transaction(List.of(), List.of(new Event(type, now, fields)));
        with.journal().submit(told, new Journal.Completion() {
            @Override
            public void durable() {
                LOG.debug("{} is in the event log", type);
            }

            @Override
            public void failed(JournalFailure failure) {
                LOG.warn("The event log refuses {}: {}", type, failure);
            }
        });
    }

    boolean isRaised() {
        return raised;
    }

    Duration age() {
        return age;
    }

    /** Part of the bound of the event log that waiting records take. */
    int share() {
        return percent;
    }
}
