/**
 * The language of sessions: protocols decide in {@link sluice.session.api.Step}s, the engine performs their
 * {@link sluice.session.api.Effect}s and answers with {@link sluice.session.api.Outcome}s.
 */
@Export
@Version("1.3.0")
@NullMarked
package sluice.session.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
