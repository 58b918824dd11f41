/**
 * PPP over Ethernet as an access protocol: discovery (RFC 2516), the link with its authentication and control protocols
 * (RFC 1661), and a server that only decides and joins the two.
 *
 * <p>Nothing here sends, waits or remembers; the session engine does that with what the server returns.
 */
@NullMarked
package sluice.pppoe;

import org.jspecify.annotations.NullMarked;
