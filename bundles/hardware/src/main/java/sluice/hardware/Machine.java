package sluice.hardware;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The machine as it was found.
 *
 * @param facts what it says about itself; a device tree names several compatible models
 * @param interfaces network interfaces of the namespace the gateway runs in
 * @param memoryMebibytes size of its memory
 */
record Machine(Map<Fact, List<String>> facts, SortedSet<String> interfaces, long memoryMebibytes) {

    Machine {
        EnumMap<Fact, List<String>> copy = new EnumMap<>(Fact.class);
        facts.forEach((fact, values) -> copy.put(fact, List.copyOf(values)));
        facts = Map.copyOf(copy);
        interfaces = new TreeSet<>(interfaces);
    }

    List<String> values(Fact fact) {
        return facts.getOrDefault(fact, List.of());
    }

    /** One line for a message to the operator. */
    String describe() {
        if (facts.isEmpty()) {
            return "says nothing about itself";
        }
        return "says "
                + facts.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getKey().key() + " \"" + String.join("\", \"", entry.getValue()) + "\"")
                        .collect(Collectors.joining(", "));
    }
}
