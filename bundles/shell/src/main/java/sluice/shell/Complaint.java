package sluice.shell;

import java.util.ArrayList;
import java.util.List;
import sluice.platform.api.Inspectable;

/**
 * Something that is wrong with the appliance now.
 *
 * @param subject table or part of the appliance that it is about
 * @param sentence what is wrong and what can be done
 */
record Complaint(String subject, String sentence) {

    /**
     * Everything that is wrong.
     *
     * @param engine why the sessions are not known, empty when they are
     */
    static List<Complaint> all(Appliance appliance, String engine) {
        List<Complaint> all = new ArrayList<>();
        if (appliance.profile().isEmpty()) {
            all.add(new Complaint("hardware", "This machine is not recognised; log:display has the reason."));
        }
        if (!engine.isEmpty()) {
            all.add(new Complaint("session", engine));
        }
        appliance
                .eventLog()
                .ifPresentOrElse(
                        log -> log.cursors().stream()
                                .filter(cursor -> cursor.lost() > 0)
                                .forEach(cursor -> all.add(new Complaint(
                                        "journal",
                                        cursor.lost() + " events were taken away by the bound of the log before "
                                                + cursor.reader() + " read them; they are lost for it."))),
                        () -> all.add(
                                new Complaint("journal", "The event log is not running, so nobody can come online.")));
        for (Inspectable table : appliance.tables()) {
            of(table).forEach(sentence -> all.add(new Complaint(table.name(), sentence)));
        }
        return all;
    }

    /** One owner that fails must not silence the others. */
    private static List<String> of(Inspectable table) {
        try {
            return table.complaints();
        } catch (RuntimeException e) {
            return List.of("cannot say how it is: " + e);
        }
    }
}
