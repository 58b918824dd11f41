@NullMarked
package sluice.metrics;

import org.jspecify.annotations.NullMarked;
