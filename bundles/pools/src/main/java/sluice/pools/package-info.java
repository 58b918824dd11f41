/** Addresses and IPv6 prefixes for subscribers from local pools (provider of {@code AddressSource}). */
@NullMarked
package sluice.pools;

import org.jspecify.annotations.NullMarked;
