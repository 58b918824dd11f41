package sluice.qos;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Differentiated services code points as operators write them: a number, or the name of a class. */
final class Dscp {

    private static final Pattern CLASS_SELECTOR = Pattern.compile("CS([0-7])");
    private static final Pattern ASSURED = Pattern.compile("AF([1-4])([1-3])");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,2}");
    private static final int EXPEDITED = 46;
    private static final int MAX = 63;

    private Dscp() {}

    /**
     * Empty for an empty text. Names are CS0..CS7 (RFC 2474, 4.2.2.2), AF11..AF43 (RFC 2597, 6) and EF (RFC 3246, 2.7).
     *
     * @throws IllegalArgumentException with the key for anything else
     */
    static OptionalInt parse(String key, String text) {
        String word = text.trim().toUpperCase(Locale.ROOT);
        if (word.isEmpty()) {
            return OptionalInt.empty();
        }
        if (word.equals("EF")) {
            return OptionalInt.of(EXPEDITED);
        }
        Matcher selector = CLASS_SELECTOR.matcher(word);
        if (selector.matches()) {
            return OptionalInt.of(Integer.parseInt(selector.group(1)) << 3);
        }
        Matcher assured = ASSURED.matcher(word);
        if (assured.matches()) {
            return OptionalInt.of(Integer.parseInt(assured.group(1)) << 3 | Integer.parseInt(assured.group(2)) << 1);
        }
        if (NUMBER.matcher(word).matches() && Integer.parseInt(word) <= MAX) {
            return OptionalInt.of(Integer.parseInt(word));
        }
        throw new IllegalArgumentException(key + " = " + text + ", expected 0..63, EF, CS0..CS7 or AF11..AF43");
    }
}
