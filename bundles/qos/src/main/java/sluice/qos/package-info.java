/** Policies by name: what a subscriber's RADIUS calls a service becomes rates for the data plane. */
@NullMarked
package sluice.qos;

import org.jspecify.annotations.NullMarked;
