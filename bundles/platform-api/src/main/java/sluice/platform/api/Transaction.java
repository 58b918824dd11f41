package sluice.platform.api;

import java.util.List;

/**
 * Changes of frozen state and events that become durable together.
 *
 * @param changes applied in order
 * @param events appended in order
 */
public record Transaction(List<StoreChange> changes, List<Event> events) {

    public Transaction {
        changes = List.copyOf(changes);
        events = List.copyOf(events);
    }
}
