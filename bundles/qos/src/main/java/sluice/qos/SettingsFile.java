package sluice.qos;

import java.util.function.Supplier;

/**
 * A file of settings that may be there many times, {@code sluice.qos-NAME.cfg}, as complaints name it.
 *
 * @param pid the configuration that was made of it, {@code sluice.qos~NAME}
 */
record SettingsFile(String pid) {

    /** What the framework tells a component beside its settings. */
    @interface Source {
        /** The key {@code service.pid}. A default would be a property too, and go before the configuration's. */
        String service_pid();
    }

    /** What the operator called it, empty when it is the only one of its kind. */
    String name() {
        return pid.contains("~") ? pid.substring(pid.indexOf('~') + 1) : "";
    }

    @Override
    public String toString() {
        return "etc/" + pid.replace('~', '-') + ".cfg";
    }

    /**
     * One value.
     *
     * @throws IllegalArgumentException with the key, when the text in the file is not of the key's type
     */
    static <T> T read(String key, Supplier<T> value) {
        try {
            return value.get();
        } catch (RuntimeException unfit) { // what a component property type throws is not said anywhere
            throw new IllegalArgumentException(key + ": " + reason(unfit), unfit);
        }
    }

    private static String reason(RuntimeException failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return String.valueOf(cause.getMessage());
    }

    /** @throws IllegalArgumentException with the key */
    static long within(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " = " + value + ", expected " + least + ".." + most);
        }
        return value;
    }

    /** The same for a value that 0 switches off. */
    static int zeroOrWithin(String key, int value, int least, int most) {
        if (value != 0 && (value < least || value > most)) {
            throw new IllegalArgumentException(key + " = " + value + ", expected 0 or " + least + ".." + most);
        }
        return value;
    }
}
