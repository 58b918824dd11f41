package sluice.session.api;

/** Knows the policies. Safe for any thread; never blocks. */
public interface PolicySource {

    /**
     * The policy of a subscriber: rates of the authorization itself go before those of the policy it names. A name that
     * is not known is counted and yields the default policy of the configuration.
     */
    Policy policyOf(Authorization authorization);
}
