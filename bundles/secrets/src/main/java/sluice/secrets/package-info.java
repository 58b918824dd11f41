/** Secrets in files that only their owner can read. */
@NullMarked
package sluice.secrets;

import org.jspecify.annotations.NullMarked;
