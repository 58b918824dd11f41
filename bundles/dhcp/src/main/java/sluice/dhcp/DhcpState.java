package sluice.dhcp;

import sluice.dataplane.api.Frame;
import sluice.session.api.ProtocolState;

/**
 * Where a client stands. Address, authorization and timers are the engine's; here is only what they do not tell.
 *
 * <pre>
 *            DISCOVER                accepted, granted             REQUEST
 *  (nothing) --------> Authenticating ----------------> Offered ------------> Bound
 *                           | rejected, no address         | 30 s               | RELEASE, DECLINE, lease over
 *                           v                              v                    v
 *                       (nothing)                      (nothing)            (nothing)
 * </pre>
 */
sealed interface DhcpState extends ProtocolState {
    /** What the operator sees. */
    String label();

    /**
     * Waits for the answer who the client is, then for an address.
     *
     * @param discover the newest DISCOVER, answered when both are there
     */
    record Authenticating(Frame discover) implements DhcpState {
        @Override
        public String label() {
            return "authenticating";
        }
    }

    /** An address is reserved and offered. */
    record Offered() implements DhcpState {
        @Override
        public String label() {
            return "offered";
        }
    }

    /** The client has a lease. */
    record Bound() implements DhcpState {
        @Override
        public String label() {
            return "bound";
        }
    }
}
