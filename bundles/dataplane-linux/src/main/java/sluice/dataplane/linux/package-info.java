/** The data plane on what every Linux kernel has: nftables, routes and packet sockets. */
@NullMarked
package sluice.dataplane.linux;

import org.jspecify.annotations.NullMarked;
