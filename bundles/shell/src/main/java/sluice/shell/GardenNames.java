package sluice.shell;

import java.util.Map;
import java.util.stream.Collectors;
import sluice.dataplane.api.Treatment;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/**
 * What the operator calls the walled gardens that entries name by number.
 *
 * @param names by number
 */
record GardenNames(Map<String, String> names) {

    /** Of nobody who knows: numbers stay numbers. */
    static final GardenNames NONE = new GardenNames(Map.of());

    /** Those there are now. */
    static GardenNames of(Appliance appliance) {
        return appliance
                .table("qos:gardens")
                .map(Inspectable::table)
                .map(GardenNames::of)
                .orElse(NONE);
    }

    private static GardenNames of(Table table) {
        int id = table.columns().indexOf("Id");
        int name = table.columns().indexOf("Name");
        return id < 0 || name < 0
                ? NONE
                : new GardenNames(table.rows().stream()
                        .collect(Collectors.toMap(row -> row.get(id), row -> row.get(name), (one, other) -> one)));
    }

    /** Where a subscriber may go, such as {@code walled, garden arrears}; a garden that is not there by its number. */
    String access(Treatment treatment) {
        String access = Amounts.access(treatment);
        String number = Integer.toString(treatment.garden());
        return treatment.access() == Treatment.Access.WALLED
                ? access + ", garden " + names.getOrDefault(number, number)
                : access;
    }
}
