/** The durable memory of the appliance: event log and store on H2, behind a redo log that makes a commit one write. */
@NullMarked
package sluice.journal;

import org.jspecify.annotations.NullMarked;
