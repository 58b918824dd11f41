/** Takes the event log to the outside: a Redis stream and the tables of the OSS. The only user of Camel. */
@NullMarked
package sluice.telemetry;

import org.jspecify.annotations.NullMarked;
