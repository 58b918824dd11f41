package sluice.platform.api;

/**
 * A table that a bundle shows to the operator; shell and web print it without knowing the bundle. Safe for any thread, must
 * not block longer than a second.
 */
public interface Inspectable {

    /** {@code scope:noun} in the words of the field, for example {@code radius:servers}; unique on the appliance. */
    String name();

    /** One line that tells what the rows are. */
    String description();

    /** The rows as of now. */
    Table table();
}
