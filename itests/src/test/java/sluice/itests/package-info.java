/** The appliance, booted and looked at from inside. */
package sluice.itests;
