package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.List;
import sluice.packet.io.KernelException;

/**
 * Makes the machine a router between access and core: rules of policy routing and the way upstream, for one version of
 * IP. Everything is said again at every start; what is right already stays untouched.
 */
final class Router {

    private static final int FROM_ACCESS = 1000;
    private static final int TO_SUBSCRIBERS = 1001;

    private final Tool ip;
    private final String version;

    /** The way to a gateway of IPv6 is there when its interface has finished looking for duplicates. */
    private final String onlink;

    Router(Family family) throws KernelException {
        ip = Tool.named("ip");
        version = "-" + family.digit();
        onlink = family == Family.IP6 ? " onlink" : "";
    }

    /**
     * Does it.
     *
     * @param gateways where packets of subscribers go that are for nobody here, in the order of the core interfaces;
     *     flows are spread over them. None: where the main table says
     */
    void prepare(List<String> access, List<String> core, List<String> gateways) throws KernelException {
        if (gateways.size() > core.size()) {
            throw new KernelException(
                    gateways.size() + " core gateways behind " + core.size() + " interfaces", KernelException.EINVAL);
        }
        batch(rules(access, ip.run("", version, "rule", "show")));
        String upstream = "default table " + Routes.TABLE;
        if (!gateways.isEmpty()) {
            StringBuilder route = new StringBuilder("route replace ").append(upstream);
            for (int i = 0; i < gateways.size(); i++) {
                route.append(" nexthop via ")
                        .append(gateways.get(i))
                        .append(" dev ")
                        .append(core.get(i))
                        .append(onlink);
            }
            batch(List.of(route.toString()));
        } else if (ip.run("", version, "route", "show", "table", "all").lines().anyMatch(Router::isUpstream)) {
            batch(List.of("route del " + upstream));
        }
    }

    private static boolean isUpstream(String route) {
        return route.startsWith("default ") && route.contains(" table " + Routes.TABLE);
    }

    private void batch(List<String> commands) throws KernelException {
        ip.run(String.join("\n", commands) + "\n", version, "-batch", "-");
    }

    /** Commands that make of the rules there are those that there must be. */
    static List<String> rules(List<String> access, String shown) {
        List<String> missing = new ArrayList<>();
        for (String device : access) {
            missing.add(FROM_ACCESS + ": from all iif " + device + " lookup " + Routes.TABLE);
        }
        missing.add(TO_SUBSCRIBERS + ": from all lookup " + Routes.TABLE + " suppress_prefixlength 0");
        List<String> commands = new ArrayList<>();
        for (String line : shown.lines().toList()) {
            String rule = String.join(" ", line.strip().split("\\s+", -1));
            if (!missing.remove(rule) && rule.contains("lookup " + Routes.TABLE)) {
                commands.add(command("del", rule));
            }
        }
        for (String rule : missing) {
            commands.add(command("add", rule));
        }
        return commands;
    }

    private static String command(String verb, String rule) {
        int colon = rule.indexOf(':');
        return "rule " + verb + " pref " + rule.substring(0, colon) + rule.substring(colon + 1);
    }
}
