package sluice.coa;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import sluice.net.Bytes;

/** Bytes written down by hand: hexadecimal text, a comment behind {@code #}. */
final class Golden {
    private Golden() {}

    /** All bytes of the file. */
    static Bytes read(String name) {
        return lines(name).stream().reduce(Bytes.EMPTY, Bytes::plus);
    }

    /** The bytes of each line that has some. */
    static List<Bytes> lines(String name) {
        try (InputStream in = Objects.requireNonNull(Golden.class.getResourceAsStream(name), name)) {
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
