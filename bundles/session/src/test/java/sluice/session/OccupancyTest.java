package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import sluice.loop.Bell;
import sluice.loop.Inbox;
import sluice.session.LimitSettings.Full;
import sluice.session.Occupancy.Holder;
import sluice.session.api.SessionId;

final class OccupancyTest {

    private final Inbox<Mail> inbox = new Inbox<>(new Bell(), 8, 8, 8);

    @Test
    void oneTooManyIsRefusedUntilSomebodyLeaves() {
        Occupancy<String> places = new Occupancy<>(2, Full.REFUSE);
        assertThat(places.take("u", holder(1))).isInstanceOf(Occupancy.Place.Taken.class);
        assertThat(places.take("u", holder(2))).isInstanceOf(Occupancy.Place.Taken.class);
        assertThat(places.take("u", holder(3))).isInstanceOf(Occupancy.Place.None.class);
        assertThat(places.take("other", holder(3))).isInstanceOf(Occupancy.Place.Taken.class);
        places.leave("u", holder(1));
        assertThat(places.take("u", holder(3))).isInstanceOf(Occupancy.Place.Taken.class);
        places.leave("u", holder(2));
        places.leave("u", holder(3));
        places.leave("other", holder(3));
        assertThat(places.size()).isZero();
    }

    @Test
    void whoHasAPlaceKeepsItHoweverOftenHeAsks() {
        Occupancy<String> places = new Occupancy<>(1, Full.REFUSE);
        places.take("u", holder(1));
        assertThat(places.take("u", holder(1))).isEqualTo(new Occupancy.Place.Taken(List.of()));
    }

    @Test
    void theOldestGoesAndThereIsRoomWhenItHasGone() {
        Occupancy<String> places = new Occupancy<>(1, Full.REPLACE);
        places.take("u", holder(1));
        assertThat(places.take("u", holder(2))).isEqualTo(new Occupancy.Place.Taken(List.of(holder(1))));
        assertThat(places.isRoomFor("u", holder(2))).isFalse();
        places.leave("u", holder(1));
        assertThat(places.isRoomFor("u", holder(2))).isTrue();
    }

    @Test
    void restoredSessionsKeepTheirPlacesEvenAboveANewLimit() {
        Occupancy<String> places = new Occupancy<>(1, Full.REFUSE);
        places.restore("u", holder(1));
        places.restore("u", holder(2));
        places.leave("u", holder(1));
        assertThat(places.take("u", holder(3))).isInstanceOf(Occupancy.Place.None.class);
    }

    @Test
    void limitIsExactWhenManyThreadsWantTheSamePlaces() throws InterruptedException {
        Occupancy<String> places = new Occupancy<>(3, Full.REFUSE);
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicLong ids = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 20_000; round++) {
                    Holder holder = holder(ids.incrementAndGet());
                    if (places.take("u", holder) instanceof Occupancy.Place.Taken) {
                        most.accumulateAndGet(taken.incrementAndGet(), Math::max);
                        taken.decrementAndGet();
                        places.leave("u", holder);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most.get()).isBetween(1, 3);
        assertThat(places.size()).isZero();
    }

    private Holder holder(long id) {
        return new Holder(new SessionId(id), inbox);
    }
}
