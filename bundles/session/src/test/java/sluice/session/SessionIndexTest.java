package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.session.api.AddressGrant;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.SessionQuery;

/** Sessions are found by what other systems know of them. */
final class SessionIndexTest {

    private static final int MANY = 100_000;
    private static final long MAC = 0x0200_0000_0000L;

    private final SessionTable table = new SessionTable();

    @Test
    void lookupAmongAHundredThousandTouchesNoOther() {
        for (int i = 1; i <= MANY; i++) {
            add(i, "user-" + i);
        }
        int[] asked = {0};
        for (int i = 1; i <= MANY; i += 997) {
            SessionId id = new SessionId(i);
            assertFinds(new Query().id(id), id, asked);
            assertFinds(new Query().address(address(i)), id, asked);
            assertFinds(new Query().mac(new MacAddress(MAC + i)), id, asked);
            assertFinds(new Query().user("user-" + i), id, asked);
        }
        assertThat(asked[0]).as("lines looked at, one per query").isEqualTo(4 * (1 + (MANY - 1) / 997));
    }

    @Test
    void allThatIsGivenMustAgree() {
        Session session = add(1, "one");
        add(2, "two");
        assertThat(find(new Query().user("one").mac(new MacAddress(MAC + 1)))).contains(session);
        assertThat(find(new Query().user("one").mac(new MacAddress(MAC + 2)))).isEmpty();
        assertThat(find(new Query().id(session.id()).address(address(2)))).isEmpty();
        assertThat(find(new Query().id(new SessionId(3)))).isEmpty();
    }

    @Test
    void severalSessionsOfOneUserAreFoundAndGoOneByOne() {
        Session one = add(1, "both");
        Session other = add(2, "both");
        assertThat(table.lookup(new Query().user("both").query()).orElseThrow()).containsExactly(one, other);
        table.detach(one);
        assertThat(table.lookup(new Query().user("both").query()).orElseThrow()).containsExactly(other);
        assertThat(find(new Query().id(one.id()))).as("its end is under way").isEmpty();
        table.remove(other);
        assertThat(table.lookup(new Query().user("both").query()).orElseThrow()).isEmpty();
    }

    @Test
    void addressThatIsGivenBackFindsNobody() {
        Session session = add(1, "one");
        session.address(Optional.empty());
        table.update(session);
        assertThat(find(new Query().address(address(1)))).isEmpty();
        assertThat(find(new Query().user("one"))).contains(session);
    }

    @Test
    void queryByLineAloneMustBePutToAll() {
        assertThat(table.lookup(new SessionQuery(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(line -> true))))
                .isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new Query().query());
    }

    private Session add(int number, String user) {
        LineId line = new LineId(0, 100, number % 4_000 + 1, Bytes.utf8("c" + number), Bytes.EMPTY);
        Session session = new Session(
                new SessionId(number),
                new SessionKey(line, new MacAddress(MAC + number)),
                "scripted",
                user,
                address -> Optional.empty());
        table.add(session);
        session.address(Optional.of(new AddressGrant(address(number), Gateway.NETWORK)));
        table.update(session);
        return session;
    }

    private Optional<Session> find(Query query) {
        return table.lookup(query.query()).orElseThrow().stream().findFirst();
    }

    private void assertFinds(Query query, SessionId id, int[] asked) {
        SessionQuery counting = new SessionQuery(
                query.query().id(),
                query.query().address(),
                Optional.empty(),
                query.query().mac(),
                query.query().userName(),
                Optional.of(line -> ++asked[0] > 0));
        assertThat(table.lookup(counting).orElseThrow()).extracting(Session::id).containsExactly(id);
    }

    private static Ip4 address(int number) {
        return new Ip4(0x0a00_0000 + number);
    }

    /** A query in the making. */
    private static final class Query {
        private Optional<SessionId> id = Optional.empty();
        private Optional<Ip4> address = Optional.empty();
        private Optional<MacAddress> mac = Optional.empty();
        private Optional<String> user = Optional.empty();

        Query id(SessionId value) {
            id = Optional.of(value);
            return this;
        }

        Query address(Ip4 value) {
            address = Optional.of(value);
            return this;
        }

        Query mac(MacAddress value) {
            mac = Optional.of(value);
            return this;
        }

        Query user(String value) {
            user = Optional.of(value);
            return this;
        }

        SessionQuery query() {
            return new SessionQuery(id, address, Optional.empty(), mac, user, Optional.empty());
        }
    }
}
