/** The DHCP server as the tests of the data plane need it. */
@NullMarked
package sluice.dhcp;

import org.jspecify.annotations.NullMarked;
