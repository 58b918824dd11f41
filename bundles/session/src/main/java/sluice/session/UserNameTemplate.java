package sluice.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.platform.api.CounterSet;
import sluice.session.api.SessionKey;

/**
 * Makes the user name of a line. Fields in braces are replaced: {@code {bng}}, {@code {circuit-id}},
 * {@code {remote-id}}, {@code {ont-serial}}, {@code {realm}}, {@code {mac}}, {@code {port}}, {@code {svlan}},
 * {@code {cvlan}}. Bytes of the line that are not printable are escaped, so nothing can be injected. A line without
 * circuit-id has {@code svlan.cvlan} in its place, one without remote-id {@code port-N}.
 *
 * <p>{@code {ont-serial}} is the serial number of the ONT, four letters of its vendor and eight hexadecimal digits
 * (ITU-T G.984.3, 9.2.4.1; {@code ALCL12345678}), where the access node wrote it into remote-id or circuit-id. A line
 * without one, and every line where there is no realm for {@code {realm}}, is called by {@link #FALLBACK}.
 */
final class UserNameTemplate {

    /** What a line is called for which a field of the operator's template is empty; itself it has no such field. */
    static final String FALLBACK = "{bng}/{remote-id}/{circuit-id}";

    private static final Pattern FIELD = Pattern.compile("\\{([a-z-]+)}");
    private static final Pattern SERIAL = Pattern.compile("(?<![0-9A-Za-z])[A-Z]{4}[0-9A-Fa-f]{8}(?![0-9A-Za-z])");

    private static final Map<String, BiFunction<Site, SessionKey, String>> FIELDS = Map.of(
            "bng", (site, key) -> site.id(),
            "realm", (site, key) -> site.realm(),
            "circuit-id", (site, key) -> circuitId(key.line()),
            "remote-id", (site, key) -> remoteId(key.line()),
            "ont-serial", (site, key) -> ontSerial(key.line()).orElse(""),
            "mac", (site, key) -> key.mac().toString(),
            "port", (site, key) -> Integer.toString(key.line().port()),
            "svlan", (site, key) -> Integer.toString(key.line().svlan()),
            "cvlan", (site, key) -> Integer.toString(key.line().cvlan()));

    private final Site site;
    private final List<BiFunction<Site, SessionKey, String>> parts;
    private final List<BiFunction<Site, SessionKey, String>> fallback = parts(FALLBACK);

    /** What is the same for every line. */
    private record Site(String id, String realm) {}

    /**
     * @param realm what {@code {realm}} stands for; may be empty
     * @throws IllegalArgumentException when the template names a field that does not exist
     */
    UserNameTemplate(String template, String bngId, String realm) {
        this.site = new Site(bngId, realm.strip());
        this.parts = parts(template);
    }

    /** The name; a fallback is counted. */
    String of(SessionKey key, CounterSet<SessionCounter> counters) {
        Optional<String> name = name(parts, key);
        if (name.isEmpty()) {
            counters.count(SessionCounter.USER_NAME_FALLBACK);
        }
        return name.or(() -> name(fallback, key)).orElseThrow();
    }

    /** Empty when a field is. */
    private Optional<String> name(List<BiFunction<Site, SessionKey, String>> from, SessionKey key) {
        StringBuilder name = new StringBuilder(64);
        for (BiFunction<Site, SessionKey, String> part : from) {
            String text = part.apply(site, key);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            name.append(text);
        }
        return Optional.of(name.toString());
    }

    private static List<BiFunction<Site, SessionKey, String>> parts(String template) {
        List<BiFunction<Site, SessionKey, String>> parts = new ArrayList<>();
        Matcher matcher = FIELD.matcher(template);
        int end = 0;
        while (matcher.find()) {
            literal(parts, template.substring(end, matcher.start()));
            BiFunction<Site, SessionKey, String> field = FIELDS.get(matcher.group(1));
            if (field == null) {
                throw new IllegalArgumentException(
                        "user_name = " + template + ": no field {" + matcher.group(1) + "}, expected one of "
                                + FIELDS.keySet().stream().sorted().toList());
            }
            parts.add(field);
            end = matcher.end();
        }
        literal(parts, template.substring(end));
        return parts;
    }

    private static void literal(List<BiFunction<Site, SessionKey, String>> parts, String text) {
        if (!text.isEmpty()) {
            parts.add((site, key) -> text);
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

    /** In capitals: nodes write the digits either way, and it shall be one name. */
    private static Optional<String> ontSerial(LineId line) {
        return Stream.of(line.remoteId(), line.circuitId())
                .map(LineId::printable)
                .map(SERIAL::matcher)
                .filter(Matcher::find)
                .map(found -> found.group().toUpperCase(Locale.ROOT))
                .findFirst();
    }
}
