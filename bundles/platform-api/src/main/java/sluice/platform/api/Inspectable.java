package sluice.platform.api;

import java.util.List;

/**
 * A table that a bundle shows to the operator; shell and web print it without knowing the bundle. Safe for any thread,
 * must not block longer than a second.
 */
public interface Inspectable {

    /** {@code scope:noun} in the words of the field, for example {@code radius:servers}; unique on the appliance. */
    String name();

    /** One line that tells what the rows are. */
    String description();

    /** The rows as of now. */
    Table table();

    /**
     * What is wrong now and what a person can do about it, a sentence each, for the first screen of shell and web;
     * empty when all is well.
     */
    default List<String> complaints() {
        return List.of();
    }
}
