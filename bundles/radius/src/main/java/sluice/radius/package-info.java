/**
 * Authentication and accounting by RADIUS (RFC 2865, 2866, 2869, 5080), over UDP, to several servers.
 *
 * <p>Signing, correlation and failover are ours; names and numbers of attributes come from TinyRadius dictionaries.
 */
@NullMarked
package sluice.radius;

import org.jspecify.annotations.NullMarked;
