/**
 * Authentication and accounting by RADIUS (RFC 2865, 2866, 2869, 5080), over UDP, to several servers.
 *
 * <p>Correlation and failover are ours; packets, attributes and dictionaries come from {@code sluice.radius.packet}.
 */
@NullMarked
package sluice.radius;

import org.jspecify.annotations.NullMarked;
