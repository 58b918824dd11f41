/**
 * DHCPv4 (RFC 2131, 2132) as an access protocol: messages as records, and a server that only decides.
 *
 * <p>Nothing here sends, waits or remembers; the session engine does that with what {@link sluice.dhcp.DhcpServer}
 * returns.
 */
@NullMarked
package sluice.dhcp;

import org.jspecify.annotations.NullMarked;
