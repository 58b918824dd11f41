package sluice.qos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Allowed;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Garden;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;

class GardenerTest {

    private final OwnGarden arrears =
            new OwnGarden("arrears", "10.0.0.0/8 tcp/443, 192.0.2.53 udp/53,", "192.0.2.10:80");
    private final OwnGarden guests = new OwnGarden("guests", "2001:db8::/32", "");
    private final Planted planted = new Planted();
    private boolean stopping;
    private final Gardener gardener = new Gardener(() -> stopping);

    /** A data plane that knows gardens alone. */
    private static final class Planted implements DataPlane {
        private final List<List<Garden>> written = new ArrayList<>();
        private boolean refuses;

        @Override
        public void gardens(List<Garden> gardens) throws DataPlaneException {
            if (refuses) {
                throw new DataPlaneException(DataPlaneException.Reason.CAPACITY_REACHED, "too many");
            }
            written.add(gardens);
        }

        @Override
        public void networks(List<NetworkEntry> networks) {}

        @Override
        public void install(SubscriberEntry entry) {}

        @Override
        public Optional<Traffic> stop(long session, Ip4 address) {
            return Optional.empty();
        }

        @Override
        public Optional<Traffic> remove(long session, Ip4 address) {
            return Optional.empty();
        }

        @Override
        public Optional<Traffic> read(long session, Ip4 address) {
            return Optional.empty();
        }

        @Override
        public List<SubscriberEntry> entries() {
            return List.of();
        }
    }

    @Test
    void settingsBecomeAGarden() {
        assertThat(arrears.garden())
                .hasValue(new Garden(
                        OwnGarden.idOf("arrears"),
                        List.of(Allowed.parse("10.0.0.0/8 tcp/443"), Allowed.parse("192.0.2.53/32 udp/53")),
                        Optional.of(new Garden.Portal(Ip4.parse("192.0.2.10"), 80))));
        assertThat(guests.garden().orElseThrow().portal()).isEmpty();
    }

    @Test
    void settingsThatMakeNoGardenAreRefusedWithTheirKey() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> arrears.take(" ", "", ""))
                .withMessageStartingWith("name is empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> arrears.take("a", "portal.example tcp/80", ""))
                .withMessageStartingWith("allowed: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> arrears.take("a", "", "192.0.2.10"))
                .withMessageStartingWith("portal: ");
        assertThat(arrears.name()).hasValue("arrears");
    }

    @Test
    void idOfANameIsAlwaysTheSame() {
        assertThat(OwnGarden.idOf("arrears")).isEqualTo(39417).isEqualTo(idOf(arrears));
        assertThat(OwnGarden.idOf("")).isEqualTo(1);
    }

    @Test
    void gardensAreWrittenTogetherAndNotOneByOne() {
        gardener.bindGarden(arrears);
        gardener.bindDataPlane(planted);
        gardener.bindGarden(guests);
        assertThat(planted.written).isEmpty();
        gardener.start();
        assertThat(planted.written).containsExactly(planted(arrears, guests));
        gardener.unbindGarden(arrears);
        assertThat(planted.written.getLast()).isEqualTo(planted(guests));
    }

    @Test
    void gardensStayWhenTheGatewayStops() {
        gardener.bindGarden(arrears);
        gardener.bindDataPlane(planted);
        gardener.start();
        stopping = true;
        gardener.unbindGarden(arrears);
        assertThat(planted.written).containsExactly(planted(arrears));
    }

    @Test
    void nextDataPlaneGetsTheGardensToo() {
        gardener.bindGarden(arrears);
        gardener.start();
        gardener.bindDataPlane(planted);
        gardener.unbindDataPlane(planted);
        Planted next = new Planted();
        gardener.bindDataPlane(next);
        assertThat(next.written).containsExactly(planted(arrears));
    }

    @Test
    void operatorIsToldWhatIsNotInForce() {
        planted.refuses = true;
        gardener.bindDataPlane(planted);
        gardener.start();
        gardener.bindGarden(arrears);
        assertThat(gardener.complaints()).singleElement().asString().contains("too many");
        planted.refuses = false;
        gardener.bindGarden(guests);
        assertThat(gardener.complaints()).isEmpty();
        assertThat(gardener.table().rows()).extracting(row -> row.get(0)).containsExactly("arrears", "guests");
    }

    @Test
    void changedGardenIsPlantedAtOnceAndNeverMissing() {
        gardener.bindGarden(arrears);
        gardener.bindDataPlane(planted);
        gardener.start();
        arrears.take("arrears", "10.0.0.0/8 any", "");
        gardener.updatedGarden(arrears);
        assertThat(planted.written).hasSize(2).doesNotContain(List.of()).last().isEqualTo(planted(arrears));
    }

    @Test
    void policyOfAGardenThatIsMissingIsComplainedOf() {
        OwnPolicy walled =
                new OwnPolicy(TestPolicy.named("late").garden("arrears").settings());
        gardener.bindPolicy(walled);
        assertThat(gardener.complaints())
                .singleElement()
                .asString()
                .contains("late")
                .contains("sluice.garden-arrears.cfg");
        gardener.bindGarden(arrears);
        assertThat(gardener.complaints()).isEmpty();
        gardener.unbindPolicy(walled);
        assertThat(gardener.complaints()).isEmpty();
    }

    private static List<Garden> planted(OwnGarden... gardens) {
        return Arrays.stream(gardens)
                .map(garden -> garden.garden().orElseThrow())
                .toList();
    }

    private static int idOf(OwnGarden garden) {
        return garden.garden().orElseThrow().id();
    }
}
