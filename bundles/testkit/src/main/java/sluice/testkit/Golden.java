package sluice.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import sluice.net.Bytes;

/** Bytes written down by hand in a file beside a test: hexadecimal text, a comment behind {@code #}. */
public final class Golden {
    private Golden() {}

    /** All bytes of the file. */
    public static Bytes read(Class<?> test, String name) {
        return lines(test, name).stream().reduce(Bytes.EMPTY, Bytes::plus);
    }

    /** The bytes of each line that has some. */
    public static List<Bytes> lines(Class<?> test, String name) {
        try (InputStream in = Objects.requireNonNull(test.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("#.*", "").replace(" ", ""))
                    .filter(line -> !line.isEmpty())
                    .map(Bytes::fromHex)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
