package sluice.dataplane.linux;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import sluice.dataplane.api.Garden;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.packet.io.KernelException;

/**
 * The rules in the kernel. A process of nft(8) runs at the start and when something comes that no subscriber had
 * before: a length of prefixes, a garden, a segment size. Safe for any thread.
 */
final class Rules {

    private static final Pattern WIDTH = Pattern.compile("map to([46])_(\\d+) ");
    private static final Pattern GARDEN = Pattern.compile("chain garden_(\\d+)_up ");
    private static final Pattern SEGMENTS = Pattern.compile("chain segments_(\\d+) ");

    private static final String SEGMENTS_CHAIN = """
        add chain inet sluice segments_$size
        flush chain inet sluice segments_$size
        add rule inet sluice segments_$size meta nfproto ipv4 tcp option maxseg size set $size
        """;

    private static final String SEGMENTS_OF_IP6 =
            "add rule inet sluice segments_$size meta nfproto ipv6 tcp option maxseg size set $less\n";

    /** By so many bytes the header of IPv6 is longer than that of IPv4 (RFC 8200, 3). */
    private static final int IP6_MORE = 20;

    private final RulesThread nft;
    private final SortedSet<Integer> gardens;
    private final Set<Integer> segments;
    private Ruleset ruleset;

    /** Replaces the rules that are there and leaves the elements. */
    Rules(RulesThread nft, List<String> access, List<String> core, LinuxSettings settings) throws KernelException {
        this.nft = nft;
        String text = nft.run("", "-t", "list", "ruleset");
        SortedSet<Width> widths = WIDTH.matcher(text)
                .results()
                .map(found -> new Width(Family.valueOf("IP" + found.group(1)), Integer.parseInt(found.group(2))))
                .collect(Collectors.toCollection(TreeSet::new));
        widths.add(Width.HOST4);
        gardens = numbers(text, GARDEN);
        segments = numbers(text, SEGMENTS);
        ruleset = new Ruleset(access, core, settings.shaping(), settings.puntLimits(), widths);
        String sizes = segments.stream().map(Rules::limitOfSegments).collect(Collectors.joining());
        nft.run(ruleset.text() + sizes, "-f", "-");
    }

    /** The chain that limits segments, also in place of what an earlier release made of it. */
    private static String limitOfSegments(int size) {
        String rules = size > IP6_MORE ? SEGMENTS_CHAIN + SEGMENTS_OF_IP6 : SEGMENTS_CHAIN;
        return rules.replace("$size", Integer.toString(size)).replace("$less", Integer.toString(size - IP6_MORE));
    }

    private static SortedSet<Integer> numbers(String text, Pattern pattern) {
        return pattern.matcher(text)
                .results()
                .map(found -> Integer.valueOf(found.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The lengths that there are sets for. */
    synchronized List<Width> widths() {
        return List.copyOf(ruleset.widths());
    }

    /** Makes what the subscriber needs and is not there; takes milliseconds only if there is any. */
    synchronized void prepare(SubscriberEntry entry) throws KernelException {
        SortedSet<Width> widths = new TreeSet<>(ruleset.widths());
        Plan.addresses(entry).forEach(addresses -> widths.add(addresses.width()));
        if (!widths.equals(ruleset.widths())) {
            Ruleset next = ruleset.withWidths(widths);
            nft.run(next.text(), "-f", "-");
            ruleset = next;
        }
        Treatment treatment = entry.treatment();
        if (treatment.access() == Treatment.Access.WALLED && !gardens.contains(treatment.garden())) {
            nft.run(GardenRules.closed(treatment.garden()), "-f", "-");
            gardens.add(treatment.garden());
        }
        int size = treatment.maxSegmentSize();
        if (size != 0 && !segments.contains(size)) {
            nft.run(limitOfSegments(size), "-f", "-");
            segments.add(size);
        }
    }

    /** Makes of the gardens there are those that there are to be; into others there is no way. */
    synchronized void plant(Collection<Garden> wanted) throws KernelException {
        StringBuilder text = new StringBuilder();
        Set<Integer> ids = wanted.stream().map(Garden::id).collect(Collectors.toSet());
        gardens.stream()
                .filter(id -> !ids.contains(id))
                .map(GardenRules::closed)
                .forEach(text::append);
        wanted.stream().map(GardenRules::of).forEach(text::append);
        nft.run(text.toString(), "-f", "-");
        gardens.addAll(ids);
    }

    /** Packets that were refused, by rule. */
    DropCounts drops() throws KernelException {
        return DropCounts.parse(nft.run("", "list", "counters"));
    }
}
