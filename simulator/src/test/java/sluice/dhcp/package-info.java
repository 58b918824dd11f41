/** Doors of this bundle for the simulator. */
@NullMarked
package sluice.dhcp;

import org.jspecify.annotations.NullMarked;
