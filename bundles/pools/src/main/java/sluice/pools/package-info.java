/** Addresses for subscribers from local pools (provider of {@code AddressSource}). */
@NullMarked
package sluice.pools;

import org.jspecify.annotations.NullMarked;
