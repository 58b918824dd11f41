package sluice.radius;

import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import sluice.platform.api.Event;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.Transaction;
import sluice.radius.packet.RadiusDictionary;
import sluice.testkit.FakeJournal;
import sluice.testkit.ManualClock;

/** Accounting from an event log to one server of which the test makes every move. */
abstract class AccountingOverUdp {

    private static final Journal.Completion IGNORED = new Journal.Completion() {
        @Override
        public void durable() {}

        @Override
        public void failed(JournalFailure failure) {
            throw new AssertionError(failure);
        }
    };

    final ManualClock clock = new ManualClock();
    final FakeJournal journal = new FakeJournal();
    UdpServer server;
    RadiusClient client;
    RadiusAccounting accounting;

    @BeforeEach
    void start() throws Exception {
        server = new UdpServer("acct");
        client = new RadiusClient(
                Samples.settings(),
                Samples.loop(4, 100),
                RadiusDictionary.builtIn(),
                clock,
                clock.wall(),
                new SecureRandom());
        client.add(server.settings("a", 1));
        accounting = Samples.accounting(client, journal, clock);
    }

    @AfterEach
    void stop() throws Exception {
        accounting.close();
        client.close();
        server.close();
    }

    void append(Event event) {
        journal.submit(new Transaction(List.of(), List.of(event)), IGNORED);
    }

    AccountingSpool spool() {
        return accounting.spools().getFirst();
    }
}
