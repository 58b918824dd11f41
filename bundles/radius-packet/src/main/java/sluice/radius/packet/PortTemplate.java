package sluice.radius.packet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.net.LineId;

/**
 * The operator's words for an access port: text with {@code {port}}, {@code {svlan}}, {@code {cvlan}},
 * {@code {circuit-id}} and {@code {remote-id}} in it. Ids are put in printable, so that none can look like another
 * field.
 */
public final class PortTemplate {

    private static final Pattern FIELD = Pattern.compile("\\{([^}]*)}");

    private final List<BiConsumer<StringBuilder, LineId>> parts = new ArrayList<>();

    /** @throws IllegalArgumentException when it names a field that there is not */
    public PortTemplate(String template) {
        Matcher field = FIELD.matcher(template);
        int from = 0;
        while (field.find()) {
            literal(template.substring(from, field.start()));
            parts.add(part(field.group(1)));
            from = field.end();
        }
        literal(template.substring(from));
    }

    public String of(LineId line) {
        StringBuilder text = new StringBuilder(32);
        for (BiConsumer<StringBuilder, LineId> part : parts) {
            part.accept(text, line);
        }
        return text.toString();
    }

    /** NAS-Port: 8 bits of port, 12 of S-VLAN, 12 of C-VLAN, which is enough to tell lines apart. */
    public static long number(LineId line) {
        return (line.port() & 0xffL) << 24 | (long) line.svlan() << 12 | line.cvlan();
    }

    private void literal(String text) {
        if (!text.isEmpty()) {
            parts.add((out, line) -> out.append(text));
        }
    }

    private static BiConsumer<StringBuilder, LineId> part(String field) {
        return switch (field) {
            case "port" -> (out, line) -> out.append(line.port());
            case "svlan" -> (out, line) -> out.append(line.svlan());
            case "cvlan" -> (out, line) -> out.append(line.cvlan());
            case "circuit-id" -> (out, line) -> out.append(LineId.printable(line.circuitId()));
            case "remote-id" -> (out, line) -> out.append(LineId.printable(line.remoteId()));
            default ->
                throw new IllegalArgumentException(
                        "Field {" + field + "}, expected port, svlan, cvlan, circuit-id or remote-id");
        };
    }
}
