package sluice.pools;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;

/**
 * A network out of which every subscriber gets a prefix of one length, as the operator configured it: a file
 * {@code sluice.pools.prefix-NAME.cfg} each. Immutable.
 *
 * <p>Its prefixes are numbered from 0 on in the order of their addresses.
 */
@Component(
        service = PrefixPool.class,
        configurationPid = "sluice.pools.prefix",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = PrefixPool.Config.class, factory = true)
public final class PrefixPool {

    /** A subscriber needs 64 bits for hosts (RFC 4291, 2.5.4). */
    private static final int LONGEST = 64;

    /** A pool larger than this is a typing error and not a plan. */
    private static final int SHORTEST = 16;

    private static final int BITS_MAX = 32;

    private final String name;
    private final Ip6Prefix network;
    private final int length;
    private final List<Span> exclusions;
    private final long size;

    /** Numbers from the first to the last, both included. */
    record Span(long first, long last) {}

    @ObjectClassDefinition(
            name = "IPv6 prefix pool",
            description = "A network out of which every subscriber gets a prefix; one file for each")
    @interface Config {
        @AttributeDefinition(description = "Name of the pool, as Framed-IPv6-Pool or Delegated-IPv6-Prefix-Pool says")
        String name();

        @AttributeDefinition(description = "All of its prefixes in CIDR form, for example 2001:db8:a000::/40")
        String network();

        @AttributeDefinition(
                description = "Length of the prefix that a subscriber gets, for example 64 (link) or 56 (delegated)",
                min = "16",
                max = "64")
        int length();

        @AttributeDefinition(
                required = false,
                description = "Prefixes that are not given out, nor parts of them, separated by commas")
        String exclude() default "";
    }

    @Activate
    public PrefixPool(Config config) {
        this(config.name(), Ip6Prefix.parse(config.network()), config.length(), prefixes(config.exclude()));
    }

    /**
     * @param length of each subscriber's prefix
     * @param exclusions in any order, also longer or shorter than subscribers' prefixes
     * @throws IllegalArgumentException when that is no pool: unnamed, of addresses that no subscriber has, too large,
     *     with no room for a prefix, or with exclusions that lie elsewhere
     */
    PrefixPool(String name, Ip6Prefix network, int length, List<Ip6Prefix> exclusions) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("Prefix pool " + network + " has no name");
        }
        this.name = name;
        this.network = network;
        this.length = length;
        Ip6 first = network.network();
        if (first.isMulticast() || first.isLinkLocal() || first.high() == 0) {
            throw refused("is of addresses that no subscriber may have");
        }
        if (length < SHORTEST || length > LONGEST) {
            throw refused("gives prefixes of /" + length + ", expected /" + SHORTEST + " to /" + LONGEST);
        }
        if (network.length() < SHORTEST || network.length() > length) {
            throw refused("is a /" + network.length() + ", expected /" + SHORTEST + " to /" + length);
        }
        if (length - network.length() > BITS_MAX) {
            throw refused("has more than 2^" + BITS_MAX + " prefixes of /" + length);
        }
        this.exclusions = merged(exclusions);
        this.size =
                total() - this.exclusions.stream().mapToLong(PrefixPool::count).sum();
        if (size == 0) {
            throw refused("excludes everything");
        }
    }

    String name() {
        return name;
    }

    Ip6Prefix network() {
        return network;
    }

    /** Of each subscriber's prefix. */
    int length() {
        return length;
    }

    /** How many prefixes there are, given out or not. */
    long total() {
        return 1L << length - network.length();
    }

    /** How many are given out. */
    long size() {
        return size;
    }

    Ip6Prefix prefix(long number) {
        return new Ip6Prefix(new Ip6(network.network().high() + (number << LONGEST - length), 0), length);
    }

    /** Whether it is one of the prefixes that a subscriber may have, or would be but for an exclusion. */
    boolean isUnit(Ip6Prefix prefix) {
        return prefix.length() == length && network.contains(prefix);
    }

    /** Of one of its prefixes. */
    long number(Ip6Prefix prefix) {
        return prefix.network().high() - network.network().high() >>> LONGEST - length;
    }

    /** The numbers of all prefixes that have an address in common with this one; empty when it lies elsewhere. */
    Optional<Span> common(Ip6Prefix prefix) {
        if (prefix.contains(network)) {
            return Optional.of(new Span(0, total() - 1));
        }
        if (!network.contains(prefix)) {
            return Optional.empty();
        }
        long first = number(prefix);
        long more = prefix.length() < length ? (1L << length - prefix.length()) - 1 : 0;
        return Optional.of(new Span(first, first + more));
    }

    boolean isExcluded(long number) {
        return exclusions.stream().anyMatch(span -> number >= span.first() && number <= span.last());
    }

    /** The first number from this one on that is not excluded; {@link #total} when there is none. */
    long offeredFrom(long number) {
        long from = number;
        for (Span span : exclusions) {
            if (from >= span.first() && from <= span.last()) {
                from = span.last() + 1;
            }
        }
        return from;
    }

    @Override
    public String toString() {
        return name + " " + network;
    }

    /** In order, and none touches another. */
    private List<Span> merged(List<Ip6Prefix> list) {
        List<Span> spans = new ArrayList<>();
        for (Ip6Prefix excluded : list) {
            if (!network.contains(excluded)) {
                throw refused("excludes " + excluded + ", which is not in it");
            }
            common(excluded).ifPresent(spans::add);
        }
        spans.sort(Comparator.comparingLong(Span::first));
        List<Span> merged = new ArrayList<>();
        for (Span span : spans) {
            if (!merged.isEmpty() && span.first() <= merged.getLast().last() + 1) {
                Span before = merged.removeLast();
                merged.add(new Span(before.first(), Math.max(before.last(), span.last())));
            } else {
                merged.add(span);
            }
        }
        return List.copyOf(merged);
    }

    private IllegalArgumentException refused(String why) {
        return new IllegalArgumentException("Prefix pool " + this + " " + why);
    }

    private static long count(Span span) {
        return span.last() - span.first() + 1;
    }

    private static List<Ip6Prefix> prefixes(String list) {
        List<Ip6Prefix> prefixes = new ArrayList<>();
        for (String item : list.split(",", -1)) {
            if (!item.isBlank()) {
                prefixes.add(Ip6Prefix.parse(item.strip()));
            }
        }
        return prefixes;
    }
}
