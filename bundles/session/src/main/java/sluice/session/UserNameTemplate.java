package sluice.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.session.api.SessionKey;

/**
 * Makes the user name of a line. Fields in braces are replaced: {@code {bng}}, {@code {circuit-id}},
 * {@code {remote-id}}, {@code {mac}}, {@code {port}}, {@code {svlan}}, {@code {cvlan}}. Bytes of the line that are not
 * printable are escaped, so nothing can be injected. A line without circuit-id has {@code svlan.cvlan} in its place,
 * one without remote-id {@code port-N}.
 */
final class UserNameTemplate {

    private static final Pattern FIELD = Pattern.compile("\\{([a-z-]+)}");

    private static final Map<String, BiFunction<String, SessionKey, String>> FIELDS = Map.of(
            "bng", (bng, key) -> bng,
            "circuit-id", (bng, key) -> circuitId(key.line()),
            "remote-id", (bng, key) -> remoteId(key.line()),
            "mac", (bng, key) -> key.mac().toString(),
            "port", (bng, key) -> Integer.toString(key.line().port()),
            "svlan", (bng, key) -> Integer.toString(key.line().svlan()),
            "cvlan", (bng, key) -> Integer.toString(key.line().cvlan()));

    private final String bngId;
    private final List<BiFunction<String, SessionKey, String>> parts = new ArrayList<>();

    /** @throws IllegalArgumentException when the template names a field that does not exist */
    UserNameTemplate(String template, String bngId) {
        this.bngId = bngId;
        Matcher matcher = FIELD.matcher(template);
        int end = 0;
        while (matcher.find()) {
            literal(template.substring(end, matcher.start()));
            BiFunction<String, SessionKey, String> field = FIELDS.get(matcher.group(1));
            if (field == null) {
                throw new IllegalArgumentException(
                        "user_name = " + template + ": no field {" + matcher.group(1) + "}, expected one of "
                                + FIELDS.keySet().stream().sorted().toList());
            }
            parts.add(field);
            end = matcher.end();
        }
        literal(template.substring(end));
    }

    String of(SessionKey key) {
        StringBuilder name = new StringBuilder(64);
        for (BiFunction<String, SessionKey, String> part : parts) {
            name.append(part.apply(bngId, key));
        }
        return name.toString();
    }

    private void literal(String text) {
        if (!text.isEmpty()) {
            parts.add((bng, key) -> text);
        }
    }

    private static String circuitId(LineId line) {
        Bytes id = line.circuitId();
        return id.isEmpty() ? line.svlan() + "." + line.cvlan() : LineId.printable(id);
    }

    private static String remoteId(LineId line) {
        Bytes id = line.remoteId();
        return id.isEmpty() ? "port-" + line.port() : LineId.printable(id);
    }
}
