/** Serves what other systems watch, in the text format of Prometheus. */
@NullMarked
package sluice.metrics;

import org.jspecify.annotations.NullMarked;
