package sluice.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import sluice.platform.api.Table;

/** Counts frames by reasons that protocols give; a few hundred reasons at most. Safe for any thread. */
final class Reasons {

    private static final int MAX = 500;
    private static final String OTHERS = "others";

    private final Map<String, LongAdder> frames = new ConcurrentHashMap<>();

    void count(String reason) {
        String place = frames.size() < MAX || frames.containsKey(reason) ? reason : OTHERS;
        frames.computeIfAbsent(place, first -> new LongAdder()).increment();
    }

    /** Frames by reason, in alphabetical order. */
    Table table() {
        List<List<String>> rows = new ArrayList<>();
        frames.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> rows.add(
                        List.of(entry.getKey(), Long.toString(entry.getValue().sum()))));
        return new Table(List.of("Reason", "Frames"), rows);
    }
}
