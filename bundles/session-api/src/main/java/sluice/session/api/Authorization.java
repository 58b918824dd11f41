package sluice.session.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;

/**
 * What a subscriber may have, as its operator's RADIUS says.
 *
 * @param policy Filter-Id, name of a policy
 * @param download vendor rate towards the subscriber; goes before the policy's
 * @param upload vendor rate from the subscriber; goes before the policy's
 * @param reach where packets may go; goes before the policy's
 * @param classes Class, every instance, returned in accounting
 * @param replyMessage Reply-Message, printable
 * @param other every attribute that has no place above, by dictionary name, kept and shown
 */
public record Authorization(
        Optional<String> policy,
        Optional<Policer> download,
        Optional<Policer> upload,
        Optional<Reach> reach,
        Addressing addressing,
        Timeouts timeouts,
        List<Bytes> classes,
        Optional<String> replyMessage,
        Map<String, List<String>> other) {

    /** Nothing special: the defaults of the appliance. */
    public static final Authorization DEFAULT = new Authorization(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Addressing.NONE,
            Timeouts.NONE,
            List.of(),
            Optional.empty(),
            Map.of());

    private static final String UPLOAD_POLICY = "ERX-Ingress-Policy-Name";

    public Authorization {
        classes = List.copyOf(classes);
        other = Map.copyOf(other);
    }

    /**
     * Name of the policy whose upload holds in place of that of {@link #policy}. It is one of the further attributes,
     * where it stays as RADIUS sent it.
     */
    public Optional<String> uploadPolicy() {
        return other.getOrDefault(UPLOAD_POLICY, List.of()).stream().findFirst();
    }

    /** As it is after the change. Rates of before, which go before the policy's, end when another policy is named. */
    public Authorization with(AuthorizationChange change) {
        boolean named = change.policy().isPresent();
        return new Authorization(
                change.policy().or(() -> policy),
                change.download().or(() -> named ? Optional.empty() : download),
                change.upload().or(() -> named ? Optional.empty() : upload),
                change.reach().or(() -> reach),
                addressing,
                timeouts.with(change.session(), change.idle(), change.interim()),
                classes,
                replyMessage,
                otherWith(change.uploadPolicy().or(() -> named ? Optional.empty() : uploadPolicy())));
    }

    private Map<String, List<String>> otherWith(Optional<String> upload) {
        Map<String, List<String>> changed = new HashMap<>(other);
        changed.remove(UPLOAD_POLICY);
        upload.ifPresent(name -> changed.put(UPLOAD_POLICY, List.of(name)));
        return changed;
    }

    /** The same with another policy, and its rates. */
    public Authorization withPolicy(String name) {
        return with(AuthorizationChange.toPolicy(name));
    }

    /** The same with these rates, of which an empty one stays as it is. */
    public Authorization withRates(Optional<Policer> towards, Optional<Policer> from) {
        return with(AuthorizationChange.toRates(towards, from));
    }

    /** The same with another reach. */
    public Authorization withReach(Reach other) {
        return with(AuthorizationChange.toReach(other));
    }

    /** The same with other addresses and networks. */
    public Authorization withAddressing(Addressing others) {
        return new Authorization(policy, download, upload, reach, others, timeouts, classes, replyMessage, this.other);
    }

    /** The same with other times. */
    public Authorization withTimeouts(Timeouts others) {
        return new Authorization(
                policy, download, upload, reach, addressing, others, classes, replyMessage, this.other);
    }

    /** The same with other instances of Class. */
    public Authorization withClasses(List<Bytes> others) {
        return new Authorization(
                policy, download, upload, reach, addressing, timeouts, others, replyMessage, this.other);
    }

    /** The same with other further attributes. */
    public Authorization withOther(Map<String, List<String>> others) {
        return new Authorization(policy, download, upload, reach, addressing, timeouts, classes, replyMessage, others);
    }
}
