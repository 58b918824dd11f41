package sluice.shell;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import sluice.dataplane.api.DataPlaneProbe;
import sluice.platform.api.EventLog;
import sluice.platform.api.HardwareProfile;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Store;
import sluice.session.api.Sessions;

/**
 * What the shell sees of the appliance at this moment. Everything may be missing: the shell is there to say so. While a
 * bundle is being replaced a service may be there twice; the one that came last counts. Safe for any thread.
 */
@Component(service = Appliance.class, immediate = true)
public final class Appliance {

    private final List<Sessions> sessions = new CopyOnWriteArrayList<>();
    private final List<HardwareProfile> profiles = new CopyOnWriteArrayList<>();
    private final List<EventLog> logs = new CopyOnWriteArrayList<>();
    private final List<DataPlaneProbe> probes = new CopyOnWriteArrayList<>();
    private final List<Store> stores = new CopyOnWriteArrayList<>();
    private final List<Inspectable> inspectables = new CopyOnWriteArrayList<>();

    /** Empty until services are bound. */
    @Activate
    public Appliance() {}

    /** The session engine. */
    Optional<Sessions> sessions() {
        return newest(sessions);
    }

    /** What this machine is; empty while it is not recognised. */
    Optional<HardwareProfile> profile() {
        return newest(profiles);
    }

    Optional<EventLog> eventLog() {
        return newest(logs);
    }

    /** A view into the data plane; not every data plane has one. */
    Optional<DataPlaneProbe> probe() {
        return newest(probes);
    }

    /** What is durable. */
    Optional<Store> store() {
        return newest(stores);
    }

    /** The table of that name. */
    Optional<Inspectable> table(String name) {
        return newest(
                inspectables.stream().filter(table -> table.name().equals(name)).toList());
    }

    /** Every table once, by name. */
    Collection<Inspectable> tables() {
        return inspectables.stream()
                .map(Inspectable::name)
                .distinct()
                .flatMap(name -> table(name).stream())
                .sorted(Comparator.comparing(Inspectable::name))
                .toList();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindSessions(Sessions service) {
        sessions.add(service);
    }

    void unbindSessions(Sessions service) {
        sessions.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindProfile(HardwareProfile service) {
        profiles.add(service);
    }

    void unbindProfile(HardwareProfile service) {
        profiles.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindEventLog(EventLog service) {
        logs.add(service);
    }

    void unbindEventLog(EventLog service) {
        logs.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindProbe(DataPlaneProbe service) {
        probes.add(service);
    }

    void unbindProbe(DataPlaneProbe service) {
        probes.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindStore(Store service) {
        stores.add(service);
    }

    void unbindStore(Store service) {
        stores.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindInspectable(Inspectable service) {
        inspectables.add(service);
    }

    void unbindInspectable(Inspectable service) {
        inspectables.remove(service);
    }

    private static <T> Optional<T> newest(List<T> services) {
        return services.stream().reduce((earlier, later) -> later);
    }
}
