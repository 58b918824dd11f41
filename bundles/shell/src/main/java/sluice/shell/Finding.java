package sluice.shell;

import java.util.List;
import sluice.session.api.SessionId;

/**
 * Something that is in one book about subscribers and not, or otherwise, in another.
 *
 * @param session whose it is, 0 when that is not known
 * @param subject what it is about: an address, a line, a part of the entry
 * @param sentence what is wrong
 */
record Finding(long session, String subject, String sentence) {

    static final List<String> COLUMNS = List.of("Session", "What", "Finding");

    List<String> row() {
        return List.of(session == 0 ? "-" : new SessionId(session).toString(), subject, sentence);
    }
}
