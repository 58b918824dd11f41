package sluice.pools;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.session.api.Network;

/** One network of subscribers, as the operator configured it: a file {@code sluice.pools-NAME.cfg} each. Immutable. */
@Component(service = Pool.class, configurationPid = "sluice.pools", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = Pool.Config.class, factory = true)
public final class Pool {

    /** A pool larger than this is a typing error and not a plan. */
    private static final int SHORTEST_PREFIX = 12;

    private static final int LAST_OPTION = 254;

    private final Network network;
    private final List<AddressRange> exclusions;

    @ObjectClassDefinition(name = "Address pool", description = "A network of subscribers; one file for each")
    @interface Config {
        @AttributeDefinition(description = "Name of the pool, as Framed-Pool names it")
        String name();

        @AttributeDefinition(description = "Network in CIDR form, for example 10.64.0.0/22")
        String network();

        @AttributeDefinition(
                description = "Address of the gateway itself in the network; also the DHCP server identifier")
        String gateway();

        @AttributeDefinition(
                required = false,
                description = "Addresses that are not given out: a or a-b, separated by commas")
        String exclude() default "";

        @AttributeDefinition(required = false, description = "Name servers, separated by commas")
        String dns() default "";

        @AttributeDefinition(required = false, description = "Domain name, empty for none")
        String domain() default "";

        @AttributeDefinition(required = false, description = "Time servers, separated by commas")
        String ntp() default "";

        @AttributeDefinition(required = false, description = "How long a lease is good, seconds", min = "60")
        int lease__seconds() default 86_400;

        @AttributeDefinition(
                required = false,
                description =
                        "Further DHCP options as code:hexadecimal, separated by commas, for example 43:0104c0a80001")
        String options() default "";
    }

    @Activate
    public Pool(Config config) {
        this(
                new Network(
                        config.name(),
                        Ip4Prefix.parse(config.network()),
                        Ip4.parse(config.gateway()),
                        addresses(config.dns()),
                        Optional.of(config.domain()).filter(domain -> !domain.isEmpty()),
                        addresses(config.ntp()),
                        Duration.ofSeconds(config.lease__seconds()),
                        options(config.options())),
                ranges(config.exclude()));
    }

    /**
     * @param exclusions in any order; the network address, the broadcast address and the gateway are never given out
     *     and need not be among them
     * @throws IllegalArgumentException when the network is too large to be a pool or too small to have a subscriber
     */
    Pool(Network network, List<AddressRange> exclusions) {
        int length = network.prefix().length();
        if (length < SHORTEST_PREFIX || length > 30) {
            throw new IllegalArgumentException(
                    "Pool " + network.name() + " is a /" + length + ", expected /" + SHORTEST_PREFIX + " to /30");
        }
        this.network = network;
        this.exclusions = List.copyOf(exclusions);
    }

    Network network() {
        return network;
    }

    /** Whether the address may be given to a subscriber. */
    boolean offers(Ip4 address) {
        return network.prefix().contains(address)
                && !address.equals(network.prefix().network())
                && !address.equals(network.prefix().broadcast())
                && !address.equals(network.gateway())
                && exclusions.stream().noneMatch(range -> range.contains(address));
    }

    private static List<Ip4> addresses(String list) {
        return items(list).stream().map(Ip4::parse).toList();
    }

    private static List<AddressRange> ranges(String list) {
        return items(list).stream().map(AddressRange::parse).toList();
    }

    private static Map<Integer, Bytes> options(String list) {
        Map<Integer, Bytes> options = new TreeMap<>();
        for (String item : items(list)) {
            int colon = item.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("DHCP option " + item + ", expected code:hexadecimal");
            }
            int code = Integer.parseInt(item.substring(0, colon).strip());
            if (code < 1 || code > LAST_OPTION) {
                throw new IllegalArgumentException("DHCP option " + code + ", expected 1.." + LAST_OPTION);
            }
            options.put(code, Bytes.fromHex(item.substring(colon + 1).strip()));
        }
        return options;
    }

    private static List<String> items(String list) {
        List<String> items = new ArrayList<>();
        for (String item : list.split(",", -1)) {
            if (!item.isBlank()) {
                items.add(item.strip());
            }
        }
        return items;
    }
}
