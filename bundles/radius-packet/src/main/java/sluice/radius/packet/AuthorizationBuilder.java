package sluice.radius.packet;

import static java.util.Map.entry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Reach;
import sluice.session.api.Timeouts;

/**
 * Collects what the attributes of one packet grant: an {@link Authorization} of an Access-Accept, an
 * {@link AuthorizationChange} of a CoA-Request. Belongs to one thread.
 *
 * <p>Of rates given twice the one of the vendor that stands first here counts: 43242, Mikrotik, WISPr. Of names of
 * policies: Filter-Id, Alc-SLA-Prof-Str, ERX-Egress-Policy-Name; ERX-Ingress-Policy-Name names one for the upload. The
 * Filter-Ids {@code garden:NAME}, {@code blocked} and {@code open} say where packets may go and are no policies. What
 * has no place of its own is kept and shown.
 */
public final class AuthorizationBuilder {

    private static final long KILO = 1000;
    private static final String GARDEN = "garden:";
    private static final int ASK_AGAIN = 1;

    /** What an attribute does. */
    private static final Map<AttributeCode, Effect> EFFECTS = Map.ofEntries(
            entry(AttributeCode.FILTER_ID, (to, value) -> to.filter(AttributeText.text(value))),
            entry(AttributeCode.FRAMED_IP_ADDRESS, (to, value) -> to.addressing.address(ip4(value))),
            entry(AttributeCode.FRAMED_IP_NETMASK, (to, value) -> to.addressing.netmask(ip4(value))),
            entry(AttributeCode.FRAMED_POOL, (to, value) -> to.addressing.pool(AttributeText.text(value))),
            entry(AttributeCode.FRAMED_ROUTE, (to, value) -> to.addressing.route(AttributeText.text(value))),
            entry(
                    AttributeCode.FRAMED_IPV6_PREFIX,
                    (to, value) -> to.keepFurther(
                            AttributeCode.FRAMED_IPV6_PREFIX,
                            value,
                            to.addressing.framedPrefix(AddressingBuilder.prefix(value)))),
            entry(
                    AttributeCode.DELEGATED_IPV6_PREFIX,
                    (to, value) -> to.keepFurther(
                            AttributeCode.DELEGATED_IPV6_PREFIX,
                            value,
                            to.addressing.delegatedPrefix(AddressingBuilder.prefix(value)))),
            entry(
                    AttributeCode.FRAMED_IPV6_POOL,
                    (to, value) -> to.addressing.framedPrefixPool(AttributeText.text(value))),
            entry(
                    AttributeCode.DELEGATED_IPV6_PREFIX_POOL,
                    (to, value) -> to.addressing.delegatedPrefixPool(AttributeText.text(value))),
            entry(AttributeCode.FRAMED_IPV6_ROUTE, (to, value) -> to.addressing.route6(AttributeText.text(value))),
            entry(AttributeCode.MS_PRIMARY_DNS, (to, value) -> to.addressing.nameServer(ip4(value))),
            entry(AttributeCode.MS_SECONDARY_DNS, (to, value) -> to.addressing.nameServer(ip4(value))),
            entry(AttributeCode.ERX_PRIMARY_DNS, (to, value) -> to.addressing.nameServer(ip4(value))),
            entry(AttributeCode.ERX_SECONDARY_DNS, (to, value) -> to.addressing.nameServer(ip4(value))),
            entry(AttributeCode.ALC_PRIMARY_DNS, (to, value) -> to.addressing.nameServer(ip4(value))),
            entry(AttributeCode.ALC_SECONDARY_DNS, (to, value) -> to.addressing.nameServer(ip4(value))),
            entry(AttributeCode.CLASS, (to, value) -> to.classes.add(value.compact())),
            entry(AttributeCode.REPLY_MESSAGE, (to, value) -> to.messages.add(AttributeText.text(value))),
            number(AttributeCode.SESSION_TIMEOUT),
            number(AttributeCode.IDLE_TIMEOUT),
            number(AttributeCode.ACCT_INTERIM_INTERVAL),
            number(AttributeCode.TERMINATION_ACTION),
            number(AttributeCode.DOWNLOAD_RATE),
            number(AttributeCode.UPLOAD_RATE),
            number(AttributeCode.DOWNLOAD_BURST),
            number(AttributeCode.UPLOAD_BURST),
            number(AttributeCode.WISPR_MAX_DOWN),
            number(AttributeCode.WISPR_MAX_UP),
            entry(AttributeCode.MESSAGE_AUTHENTICATOR, (to, value) -> {}));

    /** What vendors call things that have a meaning here; shown as it came, too. */
    private static final Map<AttributeCode, Effect> SHOWN_EFFECTS = Map.of(
            AttributeCode.ALC_SLA_PROFILE, (to, value) -> to.slaProfile = Optional.of(AttributeText.text(value)),
            AttributeCode.ERX_EGRESS_POLICY, (to, value) -> to.egressPolicy = Optional.of(AttributeText.text(value)),
            AttributeCode.ERX_INGRESS_POLICY, (to, value) -> to.ingressPolicy = Optional.of(AttributeText.text(value)),
            AttributeCode.MIKROTIK_RATE_LIMIT,
                    (to, value) -> to.mikrotik = Optional.of(MikrotikRateLimit.parse(AttributeText.text(value))));

    private final RadiusDictionary dictionary;
    private final AttributeText texts;

    private final AddressingBuilder addressing = new AddressingBuilder();
    private final List<String> policies = new ArrayList<>();
    private final List<Bytes> classes = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();
    private final Map<AttributeCode, Long> numbers = new HashMap<>();
    private final Map<String, List<String>> other = new LinkedHashMap<>();
    private Optional<Reach> reach = Optional.empty();
    private Optional<String> slaProfile = Optional.empty();
    private Optional<String> egressPolicy = Optional.empty();
    private Optional<String> ingressPolicy = Optional.empty();
    private Optional<MikrotikRateLimit> mikrotik = Optional.empty();
    private int unreadable;

    public AuthorizationBuilder(RadiusDictionary dictionary) {
        this.dictionary = dictionary;
        this.texts = new AttributeText(dictionary);
    }

    /**
     * Takes one attribute. A text that takes effect and is not understood is kept, shown and counted.
     *
     * @return whether it takes effect
     * @throws PacketRefused when it takes effect and has a value of the wrong size (RFC 2865, 5)
     */
    public boolean add(Attribute attribute) throws PacketRefused {
        AttributeCode code = attribute.code();
        Effect hidden = EFFECTS.get(code);
        Effect effect = hidden != null ? hidden : SHOWN_EFFECTS.get(code);
        if (hidden == null) {
            keep(attribute);
        }
        if (effect == null) {
            return false;
        }
        try {
            effect.apply(this, attribute.value());
            return true;
        } catch (IllegalArgumentException | ArithmeticException e) { // what was in force stays in force
            unreadable++;
            if (hidden != null) {
                keep(attribute);
            }
            return false;
        }
    }

    /** Texts and masks that should take effect and are not understood. */
    public int unreadable() {
        return unreadable;
    }

    /** What an Access-Accept grants. */
    public Authorization authorization() {
        policies.stream().skip(1).forEach(further -> keep(dictionary.nameOf(AttributeCode.FILTER_ID), further));
        return new Authorization(
                policy(),
                download(),
                upload(),
                reach,
                addressing.build(),
                new Timeouts(
                        seconds(AttributeCode.SESSION_TIMEOUT).filter(Duration::isPositive),
                        seconds(AttributeCode.IDLE_TIMEOUT).filter(Duration::isPositive),
                        seconds(AttributeCode.ACCT_INTERIM_INTERVAL).filter(Duration::isPositive),
                        numbers.getOrDefault(AttributeCode.TERMINATION_ACTION, 0L) == ASK_AGAIN),
                classes,
                messages.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", messages)),
                frozen(other));
    }

    /** What a CoA-Request changes; a time of zero is no such limit any more. */
    public AuthorizationChange change() {
        return new AuthorizationChange(
                policy(),
                ingressPolicy,
                download(),
                upload(),
                reach,
                seconds(AttributeCode.SESSION_TIMEOUT),
                seconds(AttributeCode.IDLE_TIMEOUT),
                seconds(AttributeCode.ACCT_INTERIM_INTERVAL));
    }

    private void filter(String text) {
        if (text.startsWith(GARDEN)) {
            reach = Optional.of(new Reach.Walled(text.substring(GARDEN.length())));
        } else if (text.equals("blocked")) {
            reach = Optional.of(new Reach.Blocked());
        } else if (text.equals("open")) {
            reach = Optional.of(new Reach.Open());
        } else {
            policies.add(text);
        }
    }

    /** Of some attributes the first instance alone takes effect; the others are not lost. */
    private void keepFurther(AttributeCode code, Bytes value, boolean taken) {
        if (!taken) {
            keep(new Attribute(code, value));
        }
    }

    private void keep(Attribute attribute) {
        keep(dictionary.nameOf(attribute.code()), texts.show(attribute));
    }

    private void keep(String name, String text) {
        other.computeIfAbsent(name, first -> new ArrayList<>()).add(text);
    }

    private Optional<String> policy() {
        return policies.stream().findFirst().or(() -> slaProfile).or(() -> egressPolicy);
    }

    private Optional<Policer> download() {
        return Rate.DOWNLOAD
                .policer(kilo(AttributeCode.DOWNLOAD_RATE), kilo(AttributeCode.DOWNLOAD_BURST) / 8)
                .or(() -> mikrotik.flatMap(MikrotikRateLimit::download))
                .or(() -> Rate.DOWNLOAD.policer(numbers.getOrDefault(AttributeCode.WISPR_MAX_DOWN, 0L)));
    }

    private Optional<Policer> upload() {
        return Rate.UPLOAD
                .policer(kilo(AttributeCode.UPLOAD_RATE), kilo(AttributeCode.UPLOAD_BURST) / 8)
                .or(() -> mikrotik.flatMap(MikrotikRateLimit::upload))
                .or(() -> Rate.UPLOAD.policer(numbers.getOrDefault(AttributeCode.WISPR_MAX_UP, 0L)));
    }

    private long kilo(AttributeCode code) {
        return numbers.getOrDefault(code, 0L) * KILO;
    }

    private Optional<Duration> seconds(AttributeCode code) {
        return Optional.ofNullable(numbers.get(code)).map(Duration::ofSeconds);
    }

    private static Map<String, List<String>> frozen(Map<String, List<String>> texts) {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        texts.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        return copy;
    }

    private static Map.Entry<AttributeCode, Effect> number(AttributeCode code) {
        return entry(code, (to, value) -> to.numbers.put(code, number(value)));
    }

    private static long number(Bytes value) throws PacketRefused {
        if (value.length() != 4) {
            throw new PacketRefused(PacketFault.WRONG_VALUE);
        }
        return AttributeText.number(value);
    }

    private static Ip4 ip4(Bytes value) throws PacketRefused {
        return new Ip4((int) number(value));
    }

    /** What an attribute does to what is collected. */
    private interface Effect {

        /** @throws IllegalArgumentException when a text is not understood */
        void apply(AuthorizationBuilder to, Bytes value) throws PacketRefused;
    }
}
