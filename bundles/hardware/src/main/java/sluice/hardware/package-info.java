/** Recognises the machine, checks that it fits its profile and installs what the profile runs. */
@NullMarked
package sluice.hardware;

import org.jspecify.annotations.NullMarked;
