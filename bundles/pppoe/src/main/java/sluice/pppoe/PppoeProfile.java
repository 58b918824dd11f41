package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import sluice.net.Bytes;
import sluice.net.LineId;

/**
 * What holds for the subscribers of some lines in place of what {@code sluice.pppoe.cfg} says: a file
 * {@code sluice.pppoe.profile-NAME.cfg} each. Immutable.
 */
@Component(
        service = PppoeProfile.class,
        configurationPid = "sluice.pppoe.profile",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = PppoeProfile.Config.class, factory = true)
public final class PppoeProfile {
    private static final int ANY_PORT = -1;
    private static final int VLAN_MAX = 4094;

    /** Terms that are in order, so that whatever is not stands in the profile. */
    private static final DiscoveryTerms ORDERLY =
            new DiscoveryTerms("ac", List.of(), PadoLadder.NONE, 0, DiscoveryTerms.PAYLOAD_USUAL);

    private final String name;
    private final int port;
    private final List<Range> svlans;
    private final Optional<String> acName;
    private final List<Bytes> services;
    private final Optional<PadoLadder> ladder;
    private final OptionalInt startingMax;
    private final OptionalInt payloadMax;

    /** What the operator can set. */
    @ObjectClassDefinition(
            name = "PPPoE access profile",
            description = "Terms of the lines of some S-VLANs or of a port; of two that fit, the first by name holds")
    @interface Config {
        @AttributeDefinition(description = "Name of the profile")
        String name();

        @AttributeDefinition(required = false, description = "S-VLANs, as 100-199, 300; 0 is without tag; empty: all")
        String svlans() default "";

        @AttributeDefinition(
                required = false,
                description = "Access port, counted from 0 in the hardware profile; -1: all",
                min = "-1")
        int port() default ANY_PORT;

        @AttributeDefinition(
                required = false,
                description = "AC-Name, at most 64 bytes; empty: that of sluice.pppoe.cfg")
        String ac__name() default "";

        @AttributeDefinition(
                required = false,
                description =
                        "Service names that are served, separated by commas, at most 1024 bytes with 4 more for each;"
                                + " empty: those of sluice.pppoe.cfg")
        String service__names() default "";

        @AttributeDefinition(required = false, description = "As in sluice.pppoe.cfg; empty: what stands there")
        String pado__delay() default "";

        @AttributeDefinition(
                required = false,
                description = "As in sluice.pppoe.cfg; -1: what stands there",
                min = "-1")
        int max__starting() default -1;

        @AttributeDefinition(
                required = false,
                description = "As in sluice.pppoe.cfg, at least 576; 0: what stands there",
                min = "0",
                max = "9000")
        int mru__max() default 0;
    }

    /** Two ends of a run of S-VLANs, both in it. */
    private record Range(int from, int to) {
        boolean contains(int vlan) {
            return vlan >= from && vlan <= to;
        }
    }

    /**
     * The profile as the operator has written it.
     *
     * @throws IllegalArgumentException naming the profile and the key that is wrong
     */
    @Activate
    public PppoeProfile(Config config) {
        name = config.name();
        port = config.port();
        try {
            if (port < ANY_PORT) {
                throw new IllegalArgumentException("port " + port + ", expected -1 or more");
            }
            svlans = ranges(config.svlans());
            acName = said(config.ac__name());
            services = DiscoveryTerms.services(config.service__names());
            ladder = said(config.pado__delay()).map(PadoLadder::parse);
            startingMax = said(config.max__starting(), -1);
            payloadMax = said(config.mru__max(), 0);
            over(ORDERLY);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("PPPoE profile " + name + ": " + e.getMessage(), e);
        }
    }

    String name() {
        return name;
    }

    /** Whether it holds for that line. */
    boolean isOf(LineId line) {
        return (port == ANY_PORT || port == line.port())
                && (svlans.isEmpty() || svlans.stream().anyMatch(range -> range.contains(line.svlan())));
    }

    /**
     * The terms of its lines.
     *
     * @param usual what holds where it says nothing
     */
    DiscoveryTerms over(DiscoveryTerms usual) {
        return new DiscoveryTerms(
                acName.orElse(usual.acName()),
                services.isEmpty() ? usual.services() : services,
                ladder.orElse(usual.ladder()),
                startingMax.orElse(usual.startingMax()),
                payloadMax.orElse(usual.payloadMax()));
    }

    private static Optional<String> said(String text) {
        return Optional.of(text.strip()).filter(stripped -> !stripped.isEmpty());
    }

    private static OptionalInt said(int value, int nothing) {
        return value == nothing ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private static List<Range> ranges(String text) {
        List<Range> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                ranges.add(range(part.strip()));
            }
        }
        return List.copyOf(ranges);
    }

    private static Range range(String part) {
        String[] ends = part.split("-", -1);
        try {
            int from = Integer.parseInt(ends[0].strip());
            int to = ends.length == 1 ? from : Integer.parseInt(ends[1].strip());
            if (ends.length <= 2 && from >= 0 && from <= to && to <= VLAN_MAX) {
                return new Range(from, to);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("svlans \"" + part + "\", expected 100 or 100-199", e);
        }
        throw new IllegalArgumentException("svlans \"" + part + "\", expected 100 or 100-199, up to 4094");
    }
}
