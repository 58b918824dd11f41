/** Doors of this bundle for the simulator. */
@NullMarked
package sluice.pppoe;

import org.jspecify.annotations.NullMarked;
