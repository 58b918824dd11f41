package sluice.radius.packet;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of the format of FreeRADIUS 3: {@code VENDOR}, {@code BEGIN-VENDOR}, {@code ATTRIBUTE}, {@code VALUE} and
 * {@code $INCLUDE}. What stands within a TLV is passed over, so that such an attribute is shown as octets. Reads one
 * dictionary, in one thread.
 */
final class DictionaryParser {

    private static final int INCLUDES_MAX = 16;
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern DOT = Pattern.compile("\\.");
    private static final String EXTENDED_VENDOR_FORMAT = "format=Extended-Vendor-Specific-";

    private final RadiusDictionary dictionary;
    private int depth;
    private int vendor;
    private int extension;
    private boolean withinTlv;

    DictionaryParser(RadiusDictionary dictionary) {
        this.dictionary = dictionary;
    }

    /** @throws IOException also with the line that is not understood */
    void parse(Path file) throws IOException {
        if (depth >= INCLUDES_MAX) {
            throw new IOException(file + ": more than " + INCLUDES_MAX + " files include each other");
        }
        depth++;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            parse(file.toString(), lines, file);
        }
        depth--;
    }

    /** Reads what includes nothing. */
    void parse(String name, BufferedReader lines) throws IOException {
        parse(name, lines, null);
    }

    private void parse(String name, BufferedReader lines, @Nullable Path file) throws IOException {
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            int comment = line.indexOf('#');
            String[] words = BLANKS.split((comment < 0 ? line : line.substring(0, comment)).strip());
            try {
                if (words[0].startsWith("$INCLUDE") && file != null && words.length == 2) {
                    include(file, words);
                } else if (!words[0].isEmpty()) {
                    declare(words);
                }
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) { // bad numbers, missing words
                throw new IOException(name + ", line " + number + ": " + e.getMessage(), e);
            }
        }
    }

    /** {@code $INCLUDE-} may name a file that is not there. */
    private void include(Path file, String[] words) throws IOException {
        Path other = file.resolveSibling(words[1]);
        if (words[0].endsWith("-") && !Files.exists(other)) {
            return;
        }
        parse(other);
    }

    private void declare(String[] words) {
        switch (words[0]) {
            case "VENDOR" -> declareVendor(words);
            case "BEGIN-VENDOR" -> {
                vendor = vendorOf(words[1]);
                extension = words.length > 2 && words[2].startsWith(EXTENDED_VENDOR_FORMAT)
                        ? 240 + Integer.parseInt(words[2].substring(EXTENDED_VENDOR_FORMAT.length()))
                        : 0;
            }
            case "END-VENDOR" -> {
                vendor = 0;
                extension = 0;
            }
            case "BEGIN-TLV" -> withinTlv = true;
            case "END-TLV" -> withinTlv = false;
            case "ATTRIBUTE" -> declareAttribute(words);
            case "VALUE" -> dictionary.addValue(words[1], words[2], number(words[3]));
            default -> throw new IllegalArgumentException("what is " + words[0] + "?");
        }
    }

    private void declareVendor(String[] words) {
        int number = Math.toIntExact(number(words[2]));
        VendorFormat format = VendorFormat.RECOMMENDED;
        if (words.length > 3 && words[3].startsWith("format=")) {
            String[] parts = words[3].substring("format=".length()).split(",", -1);
            format = new VendorFormat(
                    Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), parts.length > 2 && parts[2].equals("c"));
        }
        dictionary.addVendor(words[1], number, format);
    }

    private int vendorOf(String name) {
        return dictionary
                .vendorOf(name)
                .orElseThrow(() -> new IllegalArgumentException("no vendor " + name + " was declared before"));
    }

    private void declareAttribute(String[] words) {
        String[] numbers = DOT.split(words[2]);
        boolean extended = vendor == 0 && isExtended(numbers);
        if (withinTlv || numbers.length > 1 && !extended) {
            return; // part of a TLV
        }
        int owner = vendor;
        boolean tagged = false;
        boolean encrypted = false;
        boolean joined = false;
        boolean repeated = false;
        String options = words.length > 4 ? words[4] : "";
        for (String option : options.split(",", -1)) {
            switch (option.toLowerCase(Locale.ROOT)) {
                case "has_tag" -> tagged = true;
                case "concat" -> joined = true;
                case "array" -> repeated = true;
                default -> {
                    encrypted |= option.startsWith("encrypt=");
                    owner = dictionary.vendorOf(option).orElse(owner); // the old way to name the vendor
                }
            }
        }
        AttributeCode code = extended ? extendedCode(numbers) : new AttributeCode(extension, owner, type(numbers[0]));
        dictionary.addType(
                new AttributeType(code, words[1], DataType.of(words[3]), tagged, encrypted, joined, repeated));
    }

    /** {@code 241.1}, or {@code 241.26.9.1} of a vendor. */
    private static boolean isExtended(String[] numbers) {
        boolean plain = numbers.length == 2;
        boolean ofVendor = numbers.length == 4 && type(numbers[1]) == AttributeCode.VENDOR_SPECIFIC;
        return (plain || ofVendor) && AttributeCode.isExtension(type(numbers[0]));
    }

    private static AttributeCode extendedCode(String[] numbers) {
        int vendor = numbers.length == 4 ? type(numbers[2]) : 0;
        return new AttributeCode(type(numbers[0]), vendor, type(numbers[numbers.length - 1]));
    }

    private static int type(String text) {
        return Math.toIntExact(number(text));
    }

    private static long number(String text) {
        return text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
    }
}
