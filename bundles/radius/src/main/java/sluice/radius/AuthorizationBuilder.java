package sluice.radius;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Timeouts;

/**
 * Collects the attributes of one Access-Accept. Of rates given twice the one of the vendor that stands first here
 * counts: 43242, Mikrotik, WISPr. Of names of policies: Filter-Id, Alc-SLA-Prof-Str, ERX-Egress-Policy-Name.
 */
final class AuthorizationBuilder {

    private static final long KILO = 1000;
    /** 255.255.255.255 lets the user choose, 255.255.255.254 the gateway (RFC 2865, 5.8). */
    private static final int ANY_ADDRESS = -2;

    private final RadiusDictionary dictionary;
    private final AttributeText texts;

    private final List<String> filterIds = new ArrayList<>();
    private final List<Ip4> dns = new ArrayList<>();
    private final List<Bytes> classes = new ArrayList<>();
    private final Map<AttributeCode, Long> numbers = new LinkedHashMap<>();
    private final Map<String, List<String>> other = new LinkedHashMap<>();
    private Optional<String> slaProfile = Optional.empty();
    private Optional<String> egressPolicy = Optional.empty();
    private Optional<Ip4> address = Optional.empty();
    private Optional<String> pool = Optional.empty();
    private Optional<MikrotikRateLimit> mikrotik = Optional.empty();
    private int unreadable;

    AuthorizationBuilder(RadiusDictionary dictionary, AttributeText texts) {
        this.dictionary = dictionary;
        this.texts = texts;
    }

    void add(Attribute attribute) throws ReplyRefused {
        AttributeCode code = attribute.code();
        Bytes value = attribute.value();
        if (code.equals(AttributeCode.FILTER_ID)) {
            filterIds.add(AttributeText.text(value));
        } else if (code.equals(AttributeCode.FRAMED_IP_ADDRESS)) {
            Ip4 given = ip4(value);
            address = Integer.compareUnsigned(given.bits(), ANY_ADDRESS) >= 0 ? Optional.empty() : Optional.of(given);
        } else if (code.equals(AttributeCode.FRAMED_POOL)) {
            pool = Optional.of(AttributeText.text(value));
        } else if (code.equals(AttributeCode.CLASS)) {
            classes.add(value.compact());
        } else if (isNumber(code)) {
            numbers.put(code, number(value));
        } else if (isNameServer(code)) {
            dns.add(ip4(value));
        } else if (!code.equals(AttributeCode.MESSAGE_AUTHENTICATOR)) {
            addVendor(attribute);
        }
    }

    /** Vendor rates that could not be read. */
    int unreadable() {
        return unreadable;
    }

    Authorization build() {
        filterIds.stream().skip(1).forEach(further -> keep("Filter-Id", further));
        return new Authorization(
                filterIds.stream().findFirst().or(() -> slaProfile).or(() -> egressPolicy),
                download(),
                upload(),
                Optional.empty(),
                Addressing.NONE.withAddress(address, pool).withDns(dns),
                new Timeouts(
                        seconds(AttributeCode.SESSION_TIMEOUT),
                        seconds(AttributeCode.IDLE_TIMEOUT),
                        seconds(AttributeCode.ACCT_INTERIM_INTERVAL),
                        false),
                classes,
                Optional.empty(),
                frozen(other));
    }

    /** These have a meaning and are shown as they came too. */
    private void addVendor(Attribute attribute) {
        AttributeCode code = attribute.code();
        String text = texts.show(attribute);
        keep(dictionary.nameOf(code), text);
        if (code.equals(AttributeCode.ALC_SLA_PROFILE)) {
            slaProfile = Optional.of(text);
        } else if (code.equals(AttributeCode.ERX_EGRESS_POLICY)) {
            egressPolicy = Optional.of(text);
        } else if (code.equals(AttributeCode.MIKROTIK_RATE_LIMIT)) {
            try {
                mikrotik = Optional.of(MikrotikRateLimit.parse(text));
            } catch (IllegalArgumentException | ArithmeticException e) { // the policy's rate stays in force
                unreadable++;
            }
        }
    }

    private void keep(String name, String text) {
        other.computeIfAbsent(name, first -> new ArrayList<>()).add(text);
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

    /** Zero means that there is no such limit. */
    private Optional<Duration> seconds(AttributeCode code) {
        return Optional.ofNullable(numbers.get(code)).filter(value -> value > 0).map(Duration::ofSeconds);
    }

    private static Map<String, List<String>> frozen(Map<String, List<String>> texts) {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        texts.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        return copy;
    }

    private static boolean isNumber(AttributeCode code) {
        return code.equals(AttributeCode.SESSION_TIMEOUT)
                || code.equals(AttributeCode.IDLE_TIMEOUT)
                || code.equals(AttributeCode.ACCT_INTERIM_INTERVAL)
                || code.equals(AttributeCode.DOWNLOAD_RATE)
                || code.equals(AttributeCode.UPLOAD_RATE)
                || code.equals(AttributeCode.DOWNLOAD_BURST)
                || code.equals(AttributeCode.UPLOAD_BURST)
                || code.equals(AttributeCode.WISPR_MAX_DOWN)
                || code.equals(AttributeCode.WISPR_MAX_UP);
    }

    private static boolean isNameServer(AttributeCode code) {
        return code.equals(AttributeCode.MS_PRIMARY_DNS)
                || code.equals(AttributeCode.MS_SECONDARY_DNS)
                || code.equals(AttributeCode.ERX_PRIMARY_DNS)
                || code.equals(AttributeCode.ERX_SECONDARY_DNS)
                || code.equals(AttributeCode.ALC_PRIMARY_DNS)
                || code.equals(AttributeCode.ALC_SECONDARY_DNS);
    }

    private static long number(Bytes value) throws ReplyRefused {
        if (value.length() != 4) {
            throw new ReplyRefused(RefusedReply.WRONG_VALUE);
        }
        return AttributeText.number(value);
    }

    private static Ip4 ip4(Bytes value) throws ReplyRefused {
        return new Ip4((int) number(value));
    }
}
