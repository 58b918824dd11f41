package sluice.session.api;

/** Knows the policies. Safe for any thread; never blocks. Calls every {@link PolicyListener} when they change. */
public interface PolicySource {

    /**
     * The policy of a subscriber: rates and reach of the authorization itself go before those of the policy it names. A
     * name that is not known is counted and yields the default policy of the configuration.
     */
    Policy policyOf(Authorization authorization);

    /** Whether there is a policy of this name. */
    boolean knows(String policy);

    /** Whether there is a walled garden of this name. */
    boolean knowsGarden(String garden);
}
