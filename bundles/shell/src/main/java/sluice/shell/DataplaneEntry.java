package sluice.shell;

import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Ip4;
import sluice.platform.api.Table;
import sluice.session.api.SessionId;

/** {@code dataplane:entry}. */
@Service
@Command(
        scope = "dataplane",
        name = "entry",
        description =
                "One subscriber's forwarding entry as the data plane has it, whatever the session engine believes.")
public final class DataplaneEntry extends DataplaneAction {

    @Override
    void run() throws CommandException, InterruptedException {
        List<ProbedEntry> found = entries(meant());
        if (found.isEmpty()) {
            throw failure("The data plane has no entry of " + Printable.of(who) + ".");
        }
        if (json) {
            JsonWriter text = new JsonWriter().beginObject().name("data").beginArray();
            found.forEach(one -> write(text, one));
            out.println(text.endArray().field("count", found.size()).endObject());
            return;
        }
        for (ProbedEntry one : found) {
            new TablePrinter(out, options(0).width(session)).draw(new Table(List.of("What", "Value"), rows(one)));
        }
    }

    private static void write(JsonWriter json, ProbedEntry one) {
        json.beginObject();
        for (List<String> row : rows(one)) {
            json.field(TablePrinter.jsonName(row.getFirst()), row.getLast());
        }
        json.endObject();
    }

    private static List<List<String>> rows(ProbedEntry one) {
        SubscriberEntry entry = one.entry();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Session", new SessionId(entry.session()).toString()));
        rows.add(List.of("State", one.open() ? "open" : "stopped"));
        rows.add(List.of("Line", SessionSelector.place(entry)));
        rows.add(List.of("Tags", entry.tags().toString()));
        rows.add(List.of("MAC", entry.mac().toString()));
        rows.add(List.of("PPPoE session", entry.pppoeSession() == 0 ? "-" : Integer.toString(entry.pppoeSession())));
        rows.add(List.of("PPPoE magic", entry.pppoeSession() == 0 ? "-" : Integer.toHexString(entry.pppoeMagic())));
        rows.add(List.of(
                "Address",
                entry.address().equals(Ip4.ANY) ? "-" : entry.address().toString()));
        rows.add(List.of(
                "Prefixes", entry.prefixes().isEmpty() ? "-" : entry.prefixes().toString()));
        rows.add(List.of(
                "Routes", entry.routes().isEmpty() ? "-" : entry.routes().toString()));
        rows.add(List.of("Upload limit", Amounts.rate(entry.upload())));
        rows.add(List.of("Download limit", Amounts.rate(entry.download())));
        addTreatment(rows, entry.treatment());
        addTraffic(rows, one.traffic());
        one.details().forEach(detail -> rows.add(List.of(detail.name(), detail.value())));
        return rows;
    }

    private static void addTreatment(List<List<String>> rows, Treatment treatment) {
        rows.add(List.of("Identity", treatment.identity().toString()));
        rows.add(List.of("Access", treatment.access() + (treatment.garden() == 0 ? "" : " " + treatment.garden())));
        rows.add(List.of(
                "DSCP up",
                treatment.dscpUp().isPresent() ? "" + treatment.dscpUp().getAsInt() : "-"));
        rows.add(List.of(
                "DSCP down",
                treatment.dscpDown().isPresent() ? "" + treatment.dscpDown().getAsInt() : "-"));
        rows.add(List.of("Priority set", treatment.priority() ? "yes" : "no"));
        rows.add(List.of("TCP segment", treatment.maxSegmentSize() == 0 ? "-" : "" + treatment.maxSegmentSize()));
    }

    private static void addTraffic(List<List<String>> rows, Traffic traffic) {
        rows.add(count("Upload packets", traffic.uploadPackets()));
        rows.add(count("Upload bytes", traffic.uploadBytes()));
        rows.add(count("Upload IPv6 packets", traffic.uploadPackets6()));
        rows.add(count("Upload IPv6 bytes", traffic.uploadBytes6()));
        rows.add(count("Upload policed packets", traffic.uploadDropped()));
        rows.add(count("Upload policed bytes", traffic.uploadDroppedBytes()));
        rows.add(count("Download packets", traffic.downloadPackets()));
        rows.add(count("Download bytes", traffic.downloadBytes()));
        rows.add(count("Download IPv6 packets", traffic.downloadPackets6()));
        rows.add(count("Download IPv6 bytes", traffic.downloadBytes6()));
        rows.add(count("Download policed packets", traffic.downloadDropped()));
        rows.add(count("Download policed bytes", traffic.downloadDroppedBytes()));
        rows.add(count("Spoofed packets", traffic.spoofed()));
        rows.add(count("Refused packets", traffic.refused()));
    }

    private static List<String> count(String what, long value) {
        return List.of(what, Long.toString(value));
    }
}
