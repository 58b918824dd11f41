package sluice.radius.packet;

import java.util.Locale;
import sluice.net.MacAddress;

/** How Calling-Station-Id writes a MAC address. */
public enum MacFormat {
    COLONS("aa:bb:cc:dd:ee:ff"),
    DASHES("AA-BB-CC-DD-EE-FF"); // RFC 3580, 3.21

    private final String example;

    MacFormat(String example) {
        this.example = example;
    }

    /** The format of which the operator gave the example. */
    public static MacFormat like(String example) {
        for (MacFormat format : values()) {
            if (format.example.equals(example)) {
                return format;
            }
        }
        throw new IllegalArgumentException(
                "Calling-Station-Id like " + example + ", expected " + COLONS.example + " or " + DASHES.example);
    }

    public String format(MacAddress mac) {
        String text = mac.toString();
        return this == COLONS ? text : text.replace(':', '-').toUpperCase(Locale.ROOT);
    }
}
