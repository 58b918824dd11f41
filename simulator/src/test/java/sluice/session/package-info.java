/** Doors of this bundle for the simulator. */
@NullMarked
package sluice.session;

import org.jspecify.annotations.NullMarked;
