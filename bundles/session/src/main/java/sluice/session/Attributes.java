package sluice.session;

import java.util.ArrayList;
import java.util.List;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Reach;
import sluice.session.api.Timeouts;

/** What RADIUS granted, as {@code Name = value} lines for the operator. */
final class Attributes {

    private Attributes() {}

    static List<String> of(Authorization authorization) {
        List<String> lines = new ArrayList<>();
        authorization.policy().ifPresent(value -> lines.add("Filter-Id = " + value));
        authorization.reach().ifPresent(value -> lines.add("Filter-Id = " + text(value)));
        add(authorization.addressing(), lines);
        add(authorization.timeouts(), lines);
        authorization.replyMessage().ifPresent(value -> lines.add("Reply-Message = " + value));
        authorization.classes().forEach(value -> lines.add("Class = 0x" + value.toHex()));
        authorization.other().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .forEach(entry -> entry.getValue().forEach(value -> lines.add(entry.getKey() + " = " + value)));
        return List.copyOf(lines);
    }

    private static void add(Addressing addressing, List<String> lines) {
        addressing.address().ifPresent(value -> lines.add("Framed-IP-Address = " + value));
        addressing
                .netmask()
                .ifPresent(length -> lines.add("Framed-IP-Netmask = "
                        + Ip4Prefix.around(Ip4.ANY, length).netmask()));
        addressing.pool().ifPresent(value -> lines.add("Framed-Pool = " + value));
        addressing.dns().forEach(value -> lines.add("DNS-Server = " + value));
        addressing.routes().forEach(value -> lines.add("Framed-Route = " + value));
        addressing.framedPrefix().ifPresent(value -> lines.add("Framed-IPv6-Prefix = " + value));
        addressing.framedPrefixPool().ifPresent(value -> lines.add("Framed-IPv6-Pool = " + value));
        addressing.delegatedPrefix().ifPresent(value -> lines.add("Delegated-IPv6-Prefix = " + value));
        addressing.delegatedPrefixPool().ifPresent(value -> lines.add("Delegated-IPv6-Prefix-Pool = " + value));
        addressing.routes6().forEach(value -> lines.add("Framed-IPv6-Route = " + value));
    }

    private static void add(Timeouts timeouts, List<String> lines) {
        timeouts.session().ifPresent(value -> lines.add("Session-Timeout = " + value.toSeconds()));
        timeouts.idle().ifPresent(value -> lines.add("Idle-Timeout = " + value.toSeconds()));
        timeouts.interim().ifPresent(value -> lines.add("Acct-Interim-Interval = " + value.toSeconds()));
        if (timeouts.reauthenticate()) {
            lines.add("Termination-Action = RADIUS-Request");
        }
    }

    private static String text(Reach reach) {
        return switch (reach) {
            case Reach.Open open -> "open";
            case Reach.Walled walled -> "garden:" + walled.garden();
            case Reach.Blocked blocked -> "blocked";
        };
    }
}
