/**
 * Lets other systems end and change sessions by RADIUS (RFC 5176): verified requests become commands to the session
 * engine, and are acknowledged when these are done.
 */
@NullMarked
package sluice.coa;

import org.jspecify.annotations.NullMarked;
