package sluice.docs;

import java.util.List;

/**
 * One configuration file of the appliance.
 *
 * @param pid of the component that reads it
 * @param factory whether there may be many, {@code PID-NAME.cfg} each
 * @param name what it configures
 * @param description more of that, may be empty
 * @param settings in the order of the bundle
 */
record SettingsFile(String pid, boolean factory, String name, String description, List<Setting> settings) {

    SettingsFile {
        settings = List.copyOf(settings);
    }

    /** Its name in {@code etc/}. */
    String file() {
        return factory ? pid + "-NAME.cfg" : pid + ".cfg";
    }
}
