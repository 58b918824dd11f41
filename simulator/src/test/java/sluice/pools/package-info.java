/** Doors of this bundle for the simulator. */
@NullMarked
package sluice.pools;

import org.jspecify.annotations.NullMarked;
