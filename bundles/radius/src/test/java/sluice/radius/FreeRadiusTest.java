package sluice.radius;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sluice.dataplane.api.Policer;
import sluice.loop.MonotonicClock;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.LineId;
import sluice.platform.api.Event;
import sluice.platform.api.Journal;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.Secret;
import sluice.platform.api.Transaction;
import sluice.radius.packet.RadiusDictionary;
import sluice.session.api.Addressing;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Authorization;
import sluice.session.api.Credentials;
import sluice.session.api.FramedRoute;
import sluice.session.api.Outcome;
import sluice.session.api.Reach;
import sluice.session.api.SessionEvent;
import sluice.testkit.FakeJournal;

/** Against the packaged FreeRADIUS. */
@Timeout(120)
class FreeRadiusTest {

    private static final String USERS = """
        "bng-01/cstm-relay-02/1/0/3" Auth-Type := Accept
        \tFramed-IP-Address = 100.64.0.10,
        \tFramed-IP-Netmask = 255.255.255.255,
        \tFilter-Id = "residential-100mbps",
        \tFramed-Pool = "pool-a",
        \tFilter-Id += "garden:arrears",
        \tFramed-Route = "192.0.2.0/24 100.64.0.10 1",
        \tFramed-IPv6-Route = "2001:db8:ff00::/48 :: 1",
        \tDelegated-IPv6-Prefix = 2001:db8:aa10::/60,
        \tFramed-IPv6-Prefix = 2001:db8:1:1::/64,
        \tFramed-IPv6-Pool = "v6pool",
        \tDelegated-IPv6-Prefix-Pool = "pdpool",
        \tDNS-Server-IPv6-Address = 2001:db8::53,
        \tSession-Timeout = 3600,
        \tIdle-Timeout = 600,
        \tAcct-Interim-Interval = 300,
        \tTermination-Action = RADIUS-Request,
        \tClass = 0x73756231,
        \tClass += 0x00ff,
        \tReply-Message = "welcome",
        \tMS-Primary-DNS-Server = 9.9.9.9,
        \tMS-Secondary-DNS-Server = 1.1.1.1,
        \tERX-Ingress-Policy-Name = "in-100m",
        \tERX-Egress-Policy-Name = "out-100m",
        \tERX-Service-Activate:1 = "internet(100m)",
        \tMikrotik-Rate-Limit = "100M/500M",
        \tAlc-SLA-Prof-Str = "sla-100m",
        \tWISPr-Bandwidth-Max-Down = 1000000,
        \tTunnel-Password = "hidden",
        \tCisco-AVPair += "ip:inacl#1=permit ip any any"
        byport ADSL-Agent-Circuit-Id == 0x312f302f333dff, NAS-Port-Id == "2:100.7", Auth-Type := Accept
        \tFilter-Id = "by-circuit"
        bypassword Cleartext-Password := "a password of more than sixteen bytes"
        \tFilter-Id = "by-password"
        chapuser Cleartext-Password := "a secret of his own"
        \tFilter-Id = "by-chap"
        User Cleartext-Password := "clientPass"
        \tFilter-Id = "by-mschap"
        bydhcp DHCP-Hostname == "laptop", DHCP-Subscriber-Id == "sub-7", DHCP-Client-Identifier == 0x01025b, \
        DHCP-Parameter-Request-List == 1, Actual-Data-Rate-Upstream == 1000000, NAS-IPv6-Address == 2001:db8::2, \
        Auth-Type := Accept
        \tFilter-Id = "by-dhcp"
        stateful State == 0x00cafe01, Auth-Type := Accept
        \tFilter-Id = "known again"
        stateful Auth-Type := Accept
        \tTermination-Action = RADIUS-Request,
        \tState = 0x00cafe01
        proved Service-Type == Authorize-Only, Auth-Type := Accept
        \tFilter-Id = "asked again"
        proved Cleartext-Password := "clientPass"
        \tFilter-Id = "by-proof"
        long Auth-Type := Accept
        \tExample-Long = 0x@LONG@,
        \tFilter-Id = "after"
        unsigned Auth-Type := Accept
        \tFilter-Id = "unsigned"
        load Auth-Type := Accept
        \tFilter-Id = "residential-50mbps"
        DEFAULT Auth-Type := Reject
        \tReply-Message = "unknown line"
        """;

    /** 400 bytes, which no attribute of RFC 2865 can hold. */
    private static final String LONG = "0123456789abcdef".repeat(50);

    private final FakeJournal journal = new FakeJournal();
    private FreeRadius server;
    private RadiusClient client;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        assumeTrue(
                FreeRadius.isInstalled(), "skipped: needs the package freeradius, and root to run it as its own user");
        server = FreeRadius.start(directory, USERS.replace("@LONG@", LONG));
        client = client(new PasswordPolicy.None());
    }

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void acceptWithAllAttributesBecomesAnAuthorization() throws Exception {
        client.add(server.settings());
        Authorization found = accepted("bng-01/cstm-relay-02/1/0/3");
        assertThat(found.policy()).contains("residential-100mbps");
        assertThat(found.addressing().address()).contains(Ip4.parse("100.64.0.10"));
        assertThat(found.addressing().pool()).contains("pool-a");
        assertThat(found.addressing().dns()).containsExactly(Ip4.parse("9.9.9.9"), Ip4.parse("1.1.1.1"));
        assertThat(found.timeouts().session()).contains(Duration.ofHours(1));
        assertThat(found.timeouts().idle()).contains(Duration.ofMinutes(10));
        assertThat(found.timeouts().interim()).contains(Duration.ofMinutes(5));
        assertThat(found.classes()).containsExactly(Bytes.utf8("sub1"), Bytes.of(0, 0xff));
        assertThat(found.download().map(Policer::bitsPerSecond)).contains(500_000_000L);
        assertThat(found.upload().map(Policer::bitsPerSecond)).contains(100_000_000L);
        Addressing addressing = found.addressing();
        assertThat(addressing.netmask()).hasValue(32);
        assertThat(addressing.routes()).extracting(FramedRoute::toString).containsExactly("192.0.2.0/24 100.64.0.10 1");
        assertThat(addressing.routes6()).containsExactly(Ip6Prefix.parse("2001:db8:ff00::/48"));
        assertThat(addressing.delegatedPrefix()).contains(Ip6Prefix.parse("2001:db8:aa10::/60"));
        assertThat(addressing.framedPrefix()).contains(Ip6Prefix.parse("2001:db8:1:1::/64"));
        assertThat(addressing.framedPrefixPool()).contains("v6pool");
        assertThat(addressing.delegatedPrefixPool()).contains("pdpool");
        assertThat(found.timeouts().reauthenticate()).isTrue();
        assertThat(found.replyMessage()).contains("welcome");
        assertThat(found.reach()).contains(new Reach.Walled("arrears"));
        assertThat(found.other())
                .containsEntry("DNS-Server-IPv6-Address", List.of("2001:db8::53"))
                .containsEntry("ERX-Ingress-Policy-Name", List.of("in-100m"))
                .containsEntry("ERX-Service-Activate", List.of("1:internet(100m)"))
                .containsEntry("Alc-SLA-Prof-Str", List.of("sla-100m"))
                .containsEntry("Tunnel-Password", List.of("(encrypted)"))
                .containsEntry("Cisco-AVPair", List.of("ip:inacl#1=permit ip any any"));
    }

    @Test
    void rejectTellsWhy() throws Exception {
        client.add(server.settings());
        assertThat(get(ask("nobody", Samples.LINE))).isEqualTo(new Outcome.Rejected("unknown line"));
    }

    @Test
    void lineIsFoundByTheBytesOfItsCircuitId() throws Exception {
        client.add(server.settings());
        Bytes circuit = Bytes.fromHex("312f302f333dff");
        LineId line = new LineId(2, 100, 7, circuit, Bytes.EMPTY);
        Outcome outcome = get(ask("byport", line));
        assertThat(((Outcome.Accepted) outcome).authorization().policy()).contains("by-circuit");
        assertThat(get(ask("byport", Samples.LINE))).isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void passwordIsUnderstood() throws Exception {
        client.close();
        client = client(new PasswordPolicy.Shared(new Secret("a password of more than sixteen bytes".getBytes(UTF_8))));
        client.add(server.settings());
        assertThat(accepted("bypassword").policy()).contains("by-password");
    }

    @Test
    void longExtendedAttributeComesWhole() throws Exception { // RFC 6929, 2.2
        client.add(server.settings());
        Authorization found = accepted("long");
        assertThat(found.other()).containsEntry("Attr-245.200", List.of("0x" + LONG));
        assertThat(found.policy()).contains("after");
    }

    @Test
    void chapIsUnderstoodWithTheRightPasswordOnly() throws Exception { // RFC 1994, 4.1
        client.add(server.settings());
        Bytes challenge = Bytes.utf8("a challenge of any length");
        assertThat(policy(get(ask("chapuser", chap(77, "a secret of his own", challenge)))))
                .isEqualTo("by-chap");
        assertThat(get(ask("chapuser", chap(77, "another secret", challenge)))).isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void subscribersOwnPasswordGoesBeforeTheOperators() throws Exception {
        client.close();
        client = client(new PasswordPolicy.Shared(new Secret("clientPass".getBytes(UTF_8))));
        client.add(server.settings());
        assertThat(policy(get(ask("User", new Credentials.Pap(Bytes.utf8("clientPass"))))))
                .isEqualTo("by-mschap");
        assertThat(get(ask("User", new Credentials.Pap(Bytes.utf8("guess"))))).isInstanceOf(Outcome.Rejected.class);
        assertThat(get(ask("User", new Credentials.Pap(Bytes.EMPTY)))).isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void subscriberWhoProvedHimselfEarlierIsOnlyAuthorizedAgain() throws Exception { // RFC 5176, 3.2
        client.add(server.settings());
        assertThat(policy(get(ask("proved", new Credentials.Pap(Bytes.utf8("clientPass"))))))
                .isEqualTo("by-proof");
        assertThat(policy(get(ask("proved", new Credentials.Earlier())))).isEqualTo("asked again");
        assertThat(get(ask("User", new Credentials.Earlier())))
                .as("a server without such a rule")
                .isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void msChap2IsUnderstoodAndTheServerProvesItself() throws Exception { // RFC 2759, 9.2
        client.add(server.settings());
        Bytes challenge = Bytes.fromHex("5b5d7c7d7b3f2f3e3c2c602132262628");
        Bytes peer = Bytes.fromHex("21402324255e262a28295f2b3a337c7e");
        Bytes right = Bytes.fromHex("82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df");
        Bytes wrong = Bytes.fromHex("82309ecd8d708b5ea08faa3981cd83544233114a3d85d6de");
        Bytes before = Bytes.of(0, 0).plus(peer).plus(Bytes.copyOf(new byte[8]));
        Outcome accepted = get(ask("User", new Credentials.MsChap2(9, before.plus(right), challenge)));
        assertThat(policy(accepted)).isEqualTo("by-mschap");
        Bytes proof = Bytes.of(9).plus(Bytes.utf8("S=407A5589115FD0D6209F510FE9C04566932CDA56"));
        assertThat(((Outcome.Accepted) accepted).success()).contains(proof);
        Outcome refused = get(ask("User", new Credentials.MsChap2(9, before.plus(wrong), challenge)));
        assertThat(((Outcome.Rejected) refused).error().orElseThrow().slice(1).toUtf8())
                .startsWith("E=691");
    }

    @Test
    void rulesMayLookAtWhatDhcpKnows() throws Exception {
        client.add(server.settings());
        Map<String, String> attributes = Map.of(
                "DHCP-Hostname", "laptop",
                "DHCP-Client-Identifier", "0x01025b",
                "DHCP-Parameter-Request-List", "0x01030679",
                "DHCP-Relay-Agent-Information", "0x06077375622d37",
                "Actual-Data-Rate-Upstream", "1000000");
        assertThat(policy(get(ask(Samples.request("bydhcp", Samples.LINE, attributes)))))
                .isEqualTo("by-dhcp");
        assertThat(get(ask("bydhcp", Samples.LINE))).isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void stateOfAnAcceptComesBackAsItWas() throws Exception { // RFC 2865, 5.24
        client.add(server.settings());
        String state =
                accepted("stateful").other().getOrDefault("State", List.of()).getFirst();
        assertThat(policy(get(ask(Samples.request("stateful", Samples.LINE, Map.of("State", state))))))
                .isEqualTo("known again");
    }

    @Test
    void wrongSecretIsAnsweredByNobody() throws Exception {
        client.add(server.settings("not the secret", true));
        assertThat(get(ask("load", Samples.LINE))).isInstanceOf(Outcome.Unanswered.class);
    }

    @Test
    void verdictWithoutMessageAuthenticatorIsRefusedUnlessTheServerIsExcused() throws Exception {
        ServerSettings strict = server.settings();
        client.add(strict);
        assertThat(get(ask("unsigned", Samples.LINE))).isInstanceOf(Outcome.Unanswered.class);
        long refused = client.loop().links().getFirst().refusedReplies().get(RefusedReply.NO_MESSAGE_AUTHENTICATOR);
        assertThat(refused).isEqualTo(2);
        client.remove(strict);
        client.add(server.settings(FreeRadius.SECRET, false));
        assertThat(accepted("unsigned").policy()).contains("unsigned");
    }

    @Test
    void serverThatWasKilledIsAskedAgainWhenItIsBack() throws Exception {
        client.add(server.settings());
        assertThat(accepted("load").policy()).isPresent();
        server.kill();
        assertThat(get(ask("load", Samples.LINE))).isInstanceOf(Outcome.Unanswered.class);
        server.start();
        assertThat(accepted("load").policy()).isPresent();
    }

    @Test
    void twentyThousandRequestsAreAllAnswered() throws Exception {
        client.add(server.settings());
        int requests = 20_000;
        Semaphore window = new Semaphore(200);
        CountDownLatch left = new CountDownLatch(requests);
        AtomicInteger accepted = new AtomicInteger();
        for (int i = 0; i < requests; i++) {
            window.acquire();
            client.authenticate(Samples.request("load"), outcome -> {
                if (outcome instanceof Outcome.Accepted) {
                    accepted.incrementAndGet();
                }
                window.release();
                left.countDown();
            });
        }
        left.await();
        assertThat(accepted).hasValue(requests);
    }

    @Test
    void detailFileHoldsWhatIsIpv6AndEveryClass() throws Exception {
        client.add(server.settings());
        RadiusAccounting accounting =
                Samples.accounting(client, journal, MonotonicClock.system(), InstantSource.system(), 0);
        try {
            Event plain = event(
                    SessionEvent.STOP,
                    "0000000000000006",
                    InstantSource.system().instant(),
                    9_000_000_000L);
            Map<String, String> fields = new LinkedHashMap<>(plain.fields());
            fields.put(SessionEvent.FRAMED_PREFIX, "2001:db8:1:7::/64");
            fields.put(SessionEvent.DELEGATED_PREFIX, "2001:db8:aa00::/56");
            fields.put(SessionEvent.INPUT_OCTETS6, "4294967297");
            fields.put(SessionEvent.OUTPUT_OCTETS6, "23");
            fields.put(SessionEvent.AUTH_STATE, "default");
            fields.put(SessionEvent.CLASS, "01,0203");
            append(new Event(plain.type(), plain.time(), fields));
            await(accounting, 1);
            Map<String, String> stop = record(server.records(), "Stop", "0000000000000006");
            assertThat(stop)
                    .containsEntry("Framed-IPv6-Prefix", "2001:db8:1:7::/64")
                    .containsEntry("Delegated-IPv6-Prefix", "2001:db8:aa00::/56")
                    .containsEntry("ERX-IPv6-Acct-Output-Octets", "1")
                    .containsEntry("ERX-IPv6-Acct-Output-Gigawords", "1")
                    .containsEntry("ERX-IPv6-Acct-Input-Octets", "23")
                    .containsEntry("ERX-IPv6-Acct-Input-Gigawords", "0")
                    .containsEntry("Acct-Authentic", "Local")
                    .containsEntry("Class", "0x0203"); // the last of two under one name
        } finally {
            accounting.close();
        }
    }

    @Test
    void detailFileHoldsTheEventsAlsoThoseOfTheTimeWithoutServer() throws Exception {
        client.add(server.settings());
        RadiusAccounting accounting =
                Samples.accounting(client, journal, MonotonicClock.system(), InstantSource.system(), 0);
        try {
            Instant began = InstantSource.system().instant();
            List<Event> events = new ArrayList<>();
            events.add(append(new Event("GATEWAY_START", began, Map.of("recovered", "false"))));
            events.add(append(event(SessionEvent.START, "0000000000000001", began, 0)));
            events.add(append(event(SessionEvent.UPDATE, "0000000000000001", began.plusSeconds(60), 7_000_000_000L)));
            await(accounting, 3);
            server.kill();
            events.add(append(event(SessionEvent.START, "0000000000000002", began.minusSeconds(100), 0)));
            events.add(append(event(SessionEvent.STOP, "0000000000000001", began.minusSeconds(50), 8_000_000_000L)));
            while (!accounting.spools().getFirst().sender().isSilent()) {
                Thread.onSpinWait();
            }
            server.start();
            await(accounting, 5);
            assertRecords(server.records(), events);
        } finally {
            accounting.close();
        }
    }

    private static void assertRecords(List<Map<String, String>> records, List<Event> events) {
        assertThat(records).hasSize(5);
        assertThat(records.get(0)).containsEntry("Acct-Status-Type", "Accounting-On");
        Map<String, String> start = record(records, "Start", "0000000000000001");
        assertThat(start)
                .containsEntry("User-Name", "bng-01/cstm-relay-02/1/0/3")
                .containsEntry("Framed-IP-Address", "10.64.1.2")
                .containsEntry("NAS-Identifier", "bng-01")
                .containsEntry("NAS-IP-Address", "198.18.255.2")
                .containsEntry("NAS-Port-Id", "2:100.7")
                .containsEntry("Calling-Station-Id", "02:5b:00:00:0a:03")
                .containsEntry("Class", "0x73756231");
        assertThat(Long.parseLong(start.getOrDefault("Acct-Delay-Time", ""))).isBetween(0L, 20L);
        Map<String, String> interim = record(records, "Interim-Update", "0000000000000001");
        assertThat(octets(interim, "Output")).isEqualTo(7_000_000_000L);
        assertThat(octets(interim, "Input")).isEqualTo(7_000_000_001L);
        assertThat(interim).containsEntry("Acct-Session-Time", "60");
        Map<String, String> stop = record(records, "Stop", "0000000000000001");
        assertThat(octets(stop, "Output")).isEqualTo(8_000_000_000L);
        assertThat(stop).containsEntry("Acct-Terminate-Cause", "Lost-Carrier");
        assertThat(Long.parseLong(stop.getOrDefault("Acct-Delay-Time", "0"))).isBetween(50L, 80L);
        Map<String, String> late = record(records, "Start", "0000000000000002");
        assertThat(Long.parseLong(late.getOrDefault("Acct-Delay-Time", "0"))).isBetween(100L, 130L);
        assertThat(events).hasSameSizeAs(records);
    }

    private static long octets(Map<String, String> record, String direction) {
        return Long.parseLong(record.getOrDefault("Acct-" + direction + "-Gigawords", "0")) << 32
                | Long.parseLong(record.getOrDefault("Acct-" + direction + "-Octets", "0"));
    }

    private static Map<String, String> record(List<Map<String, String>> records, String status, String session) {
        return records.stream()
                .filter(record ->
                        status.equals(record.get("Acct-Status-Type")) && session.equals(record.get("Acct-Session-Id")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + status + " of " + session + " in " + records));
    }

    private static Event event(String type, String session, Instant time, long octets) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(SessionEvent.SESSION_ID, session);
        fields.put(SessionEvent.USERNAME, "bng-01/cstm-relay-02/1/0/3");
        fields.put(SessionEvent.IP_ADDRESS, "10.64.1.2");
        fields.put(SessionEvent.MAC_ADDRESS, Samples.MAC.toString());
        fields.put(SessionEvent.NAS_PORT_ID, "2:100.7");
        fields.put(SessionEvent.CIRCUIT_ID_HEX, Samples.LINE.circuitId().toHex());
        fields.put(SessionEvent.REMOTE_ID_HEX, Samples.LINE.remoteId().toHex());
        fields.put(SessionEvent.CLASS, "73756231");
        fields.put(SessionEvent.INPUT_OCTETS, Long.toString(octets));
        fields.put(SessionEvent.OUTPUT_OCTETS, Long.toString(octets + 1));
        fields.put(SessionEvent.SESSION_START, time.minusSeconds(60).toString());
        fields.put(SessionEvent.TERMINATE_CAUSE, "Lost-Carrier");
        return new Event(type, time, fields);
    }

    private Event append(Event event) {
        journal.submit(new Transaction(List.of(), List.of(event)), new Journal.Completion() {
            @Override
            public void durable() {}

            @Override
            public void failed(JournalFailure failure) {
                throw new AssertionError(failure);
            }
        });
        return event;
    }

    private static void await(RadiusAccounting accounting, long sequence) {
        while (accounting.spools().getFirst().reader().committed() < sequence) {
            Thread.onSpinWait();
        }
    }

    private static RadiusClient client(PasswordPolicy password) {
        return new RadiusClient(
                Samples.settings(password),
                Samples.loop(8, 4096),
                RadiusDictionary.builtIn(),
                MonotonicClock.system(),
                InstantSource.system(),
                new SecureRandom());
    }

    private CompletableFuture<Outcome> ask(String userName, LineId line) {
        return ask(Samples.request(userName, line, Map.of()));
    }

    private CompletableFuture<Outcome> ask(String userName, Credentials credentials) {
        return ask(Samples.request(userName, credentials));
    }

    private CompletableFuture<Outcome> ask(AuthenticationRequest request) {
        CompletableFuture<Outcome> verdict = new CompletableFuture<>();
        client.authenticate(request, verdict::complete);
        return verdict;
    }

    private static Credentials.Chap chap(int id, String password, Bytes challenge) throws GeneralSecurityException {
        Bytes hashed = Bytes.of(id).plus(Bytes.utf8(password)).plus(challenge);
        byte[] response = MessageDigest.getInstance("MD5").digest(hashed.toArray());
        return new Credentials.Chap(id, Bytes.adopt(response), challenge);
    }

    private static String policy(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
        return ((Outcome.Accepted) outcome).authorization().policy().orElseThrow();
    }

    private Authorization accepted(String userName) throws Exception {
        return ((Outcome.Accepted) get(ask(userName, Samples.LINE))).authorization();
    }

    private static Outcome get(CompletableFuture<Outcome> verdict) throws Exception {
        return verdict.get(20, TimeUnit.SECONDS);
    }
}
