package sluice.hardware;

import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One way to recognise a model: each of these facts must be like its pattern, in which {@code *} stands for any text.
 */
record Match(Map<Fact, String> patterns) {

    Match {
        if (patterns.isEmpty()) {
            throw new IllegalArgumentException("a match names at least one fact");
        }
        patterns = Map.copyOf(patterns);
    }

    boolean fits(Machine machine) {
        return patterns.entrySet().stream()
                .allMatch(entry ->
                        machine.values(entry.getKey()).stream().anyMatch(value -> like(value, entry.getValue())));
    }

    /** How much it asks of a machine: facts that it names in full count more than those it only wants to exist. */
    int weight() {
        return patterns.values().stream()
                .mapToInt(pattern -> pattern.equals("*") ? 1 : 2)
                .sum();
    }

    private static boolean like(String value, String pattern) {
        String regex =
                Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.matches(regex, value);
    }
}
