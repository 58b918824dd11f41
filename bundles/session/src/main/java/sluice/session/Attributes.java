package sluice.session;

import java.util.ArrayList;
import java.util.List;
import sluice.session.api.Authorization;

/** What RADIUS granted, as {@code Name = value} lines for the operator. */
final class Attributes {

    private Attributes() {}

    static List<String> of(Authorization authorization) {
        List<String> lines = new ArrayList<>();
        authorization.policy().ifPresent(value -> lines.add("Filter-Id = " + value));
        authorization.framedAddress().ifPresent(value -> lines.add("Framed-IP-Address = " + value));
        authorization.framedPool().ifPresent(value -> lines.add("Framed-Pool = " + value));
        authorization.dns().forEach(value -> lines.add("DNS-Server = " + value));
        authorization.sessionTimeout().ifPresent(value -> lines.add("Session-Timeout = " + value.toSeconds()));
        authorization.idleTimeout().ifPresent(value -> lines.add("Idle-Timeout = " + value.toSeconds()));
        authorization.interim().ifPresent(value -> lines.add("Acct-Interim-Interval = " + value.toSeconds()));
        authorization.classes().forEach(value -> lines.add("Class = 0x" + value.toHex()));
        authorization.other().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .forEach(entry -> entry.getValue().forEach(value -> lines.add(entry.getKey() + " = " + value)));
        return List.copyOf(lines);
    }
}
