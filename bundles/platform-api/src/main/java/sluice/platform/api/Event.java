package sluice.platform.api;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that happened on this appliance and that others must learn of, exactly once in effect.
 *
 * <p>Names of types and fields are those of the event stream (for example {@code SESSION_START}, {@code mac_address}).
 * All values are text; what is absent is not in the map. The identity of the appliance and the sequence number are not
 * part of the event: the log adds the number, a sink adds the identity.
 *
 * @param type upper case name of the event
 * @param time when it happened, wall clock
 * @param fields unmodifiable, in the order in which they were given
 */
public record Event(String type, Instant time, Map<String, String> fields) {

    public Event {
        if (type.isEmpty()) {
            throw new IllegalArgumentException("An event needs a type");
        }
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** The value of a field, or the empty text when the event does not have it. */
    public String field(String name) {
        return fields.getOrDefault(name, "");
    }
}
