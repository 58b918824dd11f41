package sluice.radius;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import sluice.loop.MonotonicClock;
import sluice.loop.TimeHistogram;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.platform.api.Secret;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeWriter;
import sluice.radius.packet.MacFormat;
import sluice.radius.packet.PortTemplate;
import sluice.radius.packet.RadiusDictionary;
import sluice.radius.packet.VerifiedPacket;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Outcome;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;

/**
 * The client of the appliance with nothing around it, as fast as a server answers: so many requests, at most so many
 * under way. Prints what it came to as JSON.
 */
final class RadiusLoad {

    private final RadiusClient client;
    private final String userName;
    private final Semaphore window;
    private final CountDownLatch left;
    private final AtomicInteger failed = new AtomicInteger();
    private final TimeHistogram latency = new TimeHistogram();
    private final MonotonicClock clock = MonotonicClock.system();

    private RadiusLoad(RadiusClient client, String userName, int count, int window) {
        this.client = client;
        this.userName = userName;
        this.window = new Semaphore(window);
        this.left = new CountDownLatch(count);
    }

    /** HOST AUTH_PORT ACCT_PORT SECRET USER_NAME auth|acct WARM_UP COUNT WINDOW */
    public static void main(String[] words) throws InterruptedException {
        RadiusClient client = new RadiusClient(
                new RequestSettings(
                        "bench",
                        Ip4.parse("198.18.255.2"),
                        Optional.empty(),
                        MacFormat.COLONS,
                        Optional.empty(),
                        new PortTemplate("{port}:{svlan}.{cvlan}"),
                        new PasswordPolicy.None(),
                        2),
                new LoopSettings(
                        LinkSource.ANY, 16, 4096, Duration.ofSeconds(30), Duration.ofSeconds(10), Balance.FIRST),
                RadiusDictionary.builtIn(),
                MonotonicClock.system(),
                InstantSource.system(),
                new SecureRandom());
        client.add(new ServerSettings(
                "bench",
                InetAddress.ofLiteral(words[0]),
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                new Secret(words[3].getBytes(StandardCharsets.UTF_8)),
                Duration.ofSeconds(3),
                3,
                true,
                1));
        boolean accounting = words[5].equals("acct");
        int window = Integer.parseInt(words[8]);
        new RadiusLoad(client, words[4], Integer.parseInt(words[6]), window).run(accounting);
        new RadiusLoad(client, words[4], Integer.parseInt(words[7]), window).run(accounting).report();
        client.close();
    }

    private long began;
    private long ended;

    private RadiusLoad run(boolean accounting) throws InterruptedException {
        int count = (int) left.getCount();
        began = clock.nanos();
        for (int i = 0; i < count; i++) {
            window.acquire();
            if (accounting) {
                account(i);
            } else {
                authenticate(i);
            }
        }
        left.await();
        ended = clock.nanos();
        return this;
    }

    private void report() {
        System.out.printf(
                "{\"seconds\": %.6f, \"failed\": %d, \"p50_us\": %.1f, \"p99_us\": %.1f}%n",
                (ended - began) / 1e9, failed.get(), latency.percentile(0.5) / 1e3, latency.percentile(0.99) / 1e3);
    }

    private void authenticate(int number) {
        long asked = clock.nanos();
        LineId line = new LineId(0, 100, 2 + number % 4000, Bytes.utf8("1/0/1"), Bytes.utf8("bench"));
        client.authenticate(
                new AuthenticationRequest(
                        new SessionId(number + 1L),
                        new SessionKey(line, new MacAddress(0x02db_0000_0000L + number)),
                        "dhcp4",
                        userName,
                        Map.of()),
                outcome -> done(asked, outcome instanceof Outcome.Accepted));
    }

    private void account(int number) {
        long asked = clock.nanos();
        AttributeWriter out = new AttributeWriter();
        out.number(AttributeCode.ACCT_STATUS_TYPE, 1);
        int delayAt = out.room(AttributeCode.ACCT_DELAY_TIME, 4);
        out.text(AttributeCode.ACCT_SESSION_ID, String.format("%016x", number + 1));
        out.text(AttributeCode.USER_NAME, userName).text(AttributeCode.NAS_IDENTIFIER, "bench");
        out.number(AttributeCode.NAS_PORT, number).text(AttributeCode.CALLING_STATION_ID, "02:db:00:00:00:00");
        out.ip4(AttributeCode.FRAMED_IP_ADDRESS, new Ip4(0x0a80_0000 + number));
        RequestDraft draft = RequestDraft.accounting(out.packet(), delayAt, client.wall().instant());
        client.loop().submit(draft, new Completion() {
            @Override
            public Runnable answered(VerifiedPacket reply) {
                return () -> done(asked, true);
            }

            @Override
            public void unanswered(String reason) {
                done(asked, false);
            }
        });
    }

    /** On the loop. */
    private void done(long asked, boolean good) {
        latency.record(clock.nanos() - asked);
        if (!good) {
            failed.incrementAndGet();
        }
        window.release();
        left.countDown();
    }
}
