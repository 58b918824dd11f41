/**
 * The operator's commands: sessions, every table a bundle offers, and the state of the appliance on one screen.
 * Commands are made by Karaf once per call, on the thread of the caller.
 */
@NullMarked
package sluice.shell;

import org.jspecify.annotations.NullMarked;
