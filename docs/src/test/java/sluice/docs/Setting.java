package sluice.docs;

import java.util.List;
import java.util.Optional;

/**
 * One key of a configuration file, as the bundle describes it.
 *
 * @param key as it stands in the file
 * @param type metatype's word for it, for example {@code Integer}
 * @param preset value without the key; empty when the key must be there, or when nothing is a value too
 * @param required whether there must be a value
 * @param description with the unit
 * @param least smallest value, empty when there is no bound
 * @param most largest value, empty when there is no bound
 * @param choices all values there are, empty when any is good
 */
record Setting(
        String key,
        String type,
        Optional<String> preset,
        boolean required,
        String description,
        String least,
        String most,
        List<String> choices) {

    Setting {
        choices = List.copyOf(choices);
    }
}
