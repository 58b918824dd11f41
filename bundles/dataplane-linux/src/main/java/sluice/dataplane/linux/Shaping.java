package sluice.dataplane.linux;

import java.util.Locale;

/** How the data plane holds subscribers to their rates. */
enum Shaping {
    /** What is over the rate is dropped. */
    POLICER,
    /** What is over the rate waits in a queue of the subscriber's own. */
    HTB;

    /** As an operator writes it. */
    static Shaping parse(String text) {
        for (Shaping shaping : values()) {
            if (shaping.name().toLowerCase(Locale.ROOT).equals(text)) {
                return shaping;
            }
        }
        throw new IllegalArgumentException("shaping \"" + text + "\", expected policer or htb");
    }
}
