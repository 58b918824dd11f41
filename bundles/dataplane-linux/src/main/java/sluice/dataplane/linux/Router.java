package sluice.dataplane.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;

/**
 * Makes the machine a router between access and core: switches of the interfaces, rules of policy routing and the way
 * upstream. Everything is said again at every start; what is right already stays untouched.
 */
final class Router {

    private static final Path SWITCHES = Path.of("/proc/sys/net/ipv4/conf");
    private static final int FROM_ACCESS = 1000;
    private static final int TO_SUBSCRIBERS = 1001;

    /**
     * rp_filter looks for a way back that need not exist; the proof of the source is in the rules. A subscriber must
     * not be told of a shorter way to its neighbour.
     */
    private static final Map<String, String> SETTINGS =
            Map.of("forwarding", "1", "rp_filter", "0", "send_redirects", "0", "accept_redirects", "0");

    private final Tool ip;

    Router() throws KernelException {
        ip = Tool.named("ip");
    }

    /**
     * Does it.
     *
     * @param gateways where packets of subscribers go that are for nobody here, in the order of the core interfaces;
     *     flows are spread over them. None: where the main table says
     */
    void prepare(List<String> access, List<String> core, List<Ip4> gateways) throws KernelException {
        if (gateways.size() > core.size()) {
            throw new KernelException(
                    gateways.size() + " core gateways behind " + core.size() + " interfaces", KernelException.EINVAL);
        }
        for (String device : access) {
            set(device);
        }
        for (String device : core) {
            set(device);
        }
        batch(rules(access, ip.run("", "-4", "rule", "show")));
        String upstream = "default table " + Routes.TABLE;
        if (!gateways.isEmpty()) {
            StringBuilder route = new StringBuilder("route replace ").append(upstream);
            for (int i = 0; i < gateways.size(); i++) {
                route.append(" nexthop via ")
                        .append(gateways.get(i))
                        .append(" dev ")
                        .append(core.get(i));
            }
            batch(List.of(route.toString()));
        } else if (ip.run("", "-4", "route", "show", "table", "all").lines().anyMatch(Router::isUpstream)) {
            batch(List.of("route del " + upstream));
        }
    }

    private static boolean isUpstream(String route) {
        return route.startsWith("default ") && route.contains(" table " + Routes.TABLE);
    }

    private void batch(List<String> commands) throws KernelException {
        ip.run(String.join("\n", commands) + "\n", "-batch", "-");
    }

    private static void set(String device) throws KernelException {
        for (Map.Entry<String, String> setting : SETTINGS.entrySet()) {
            Path file = SWITCHES.resolve(device).resolve(setting.getKey());
            try {
                if (!Files.readString(file).strip().equals(setting.getValue())) {
                    Files.writeString(file, setting.getValue());
                }
            } catch (IOException refusal) {
                throw new KernelException(file + ": " + refusal.getMessage(), KernelException.EPERM);
            }
        }
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
