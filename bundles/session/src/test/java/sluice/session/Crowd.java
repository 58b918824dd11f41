package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;
import sluice.session.api.AddressGrant;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

/** Open sessions by the hundred thousand, as they come back from the store. */
final class Crowd {

    static final int MANY = 100_000;
    static final long FIRST_ID = 1_000;

    private static final long MAC = 0x0200_1000_0000L;
    private static final Ip4 FIRST_ADDRESS = Ip4.parse("100.64.0.0");

    private Crowd() {}

    /** So many sessions, all with an interim record due in that time. The data plane has none of them. */
    static void join(Gateway gateway, int count, Duration interim) {
        FrozenMoment now = new FrozenMoment(gateway.clock.wall().millis(), gateway.clock.millis(), gateway.boot);
        for (int i = 0; i < count; i++) {
            FrozenSession frozen = frozen(i, now, interim, Traffic.NONE);
            AddressGrant grant = new AddressGrant(frozen.address(), Gateway.NETWORK);
            gateway.shard.recover(new Recovery.Recovered(frozen, Optional.of(grant), Optional.empty()));
        }
    }

    /** So many sessions are in the store, and were when they had used this. */
    static void store(Gateway gateway, int count, Traffic reported) {
        FrozenMoment now = new FrozenMoment(gateway.clock.wall().millis(), gateway.clock.millis(), gateway.boot);
        for (int i = 0; i < count; i++) {
            FrozenSession frozen = frozen(i, now, Duration.ofHours(1), reported);
            StoreChange put = new StoreChange.Put(Turn.REGION, FrozenSession.keyOf(frozen.id()), frozen.encode());
            assertThat(new AwaitedJournal(gateway.journal).takes(new Transaction(List.of(put), List.of())))
                    .isTrue();
        }
    }

    static SessionKey key(int number) {
        return new SessionKey(
                new LineId(0, 200 + number / 4_000, 1 + number % 4_000, Bytes.utf8("c" + number), Bytes.EMPTY),
                new MacAddress(MAC + number));
    }

    private static FrozenSession frozen(int number, FrozenMoment now, Duration interim, Traffic reported) {
        return new FrozenSession(
                new SessionId(FIRST_ID + number),
                key(number),
                "scripted",
                "bng-01/c" + number,
                AuthState.AUTHENTICATED,
                Authorization.DEFAULT,
                FIRST_ADDRESS.plus(number),
                new Path(List.of(), key(number).mac(), Optional.empty()),
                now.wall(),
                now.wall() + Duration.ofHours(1).toMillis(),
                Traffic.NONE,
                reported,
                Map.of(SessionTimers.INTERIM.value(), now.wall() + interim.toMillis()),
                Bytes.utf8("1bound"),
                0,
                0,
                0,
                Bytes.EMPTY,
                Optional.of(now));
    }
}
