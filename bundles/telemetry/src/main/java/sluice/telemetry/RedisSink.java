package sluice.telemetry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.XAddParams;
import sluice.platform.api.CounterSet;
import sluice.platform.api.SecretUnavailable;
import sluice.platform.api.Secrets;

/**
 * The Redis stream. Each batch is one MULTI/EXEC that also writes the sequence number it reaches into the hash
 * {@code STREAM:high_water}; after a lost connection that number tells what was taken, so no event is there twice.
 */
final class RedisSink implements EventSink {
    static final String GROUP = "bng_ingestors";
    private static final Logger LOG = LoggerFactory.getLogger(RedisSink.class);
    private static final String NAME = "redis";
    private static final String GROUP_EXISTS = "BUSYGROUP";
    private static final int TIMEOUT_MILLIS = 5_000;

    private final RedisSettings settings;
    private final Gateway gateway;
    private final Secrets secrets;
    private final CounterSet<SinkCounter> counters;
    private final String highWaterKey;
    private final String highWaterField;
    private volatile Optional<Jedis> connection = Optional.empty();
    private volatile boolean closed;
    private long highWater;

    RedisSink(RedisSettings settings, Gateway gateway, Secrets secrets, CounterSet<SinkCounter> counters) {
        this.settings = settings;
        this.gateway = gateway;
        this.secrets = secrets;
        this.counters = counters;
        highWaterKey = settings.stream() + ":high_water";
        highWaterField = gateway.bngId() + "/" + gateway.instanceId();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void deliver(List<StreamRecord> events) throws SinkUnavailable {
        try {
            Jedis redis = connected();
            if (events.isEmpty()) {
                redis.ping();
                return;
            }
            List<StreamRecord> fresh = events.stream()
                    .filter(event -> event.sequence() > highWater)
                    .toList();
            counters.add(SinkCounter.REPEATED, events.size() - fresh.size());
            if (!fresh.isEmpty()) {
                add(redis, fresh);
                highWater = fresh.getLast().sequence();
                counters.add(SinkCounter.SENT, fresh.size());
            }
        } catch (JedisException | SecretUnavailable failure) {
            disconnect();
            throw new SinkUnavailable(settings.host() + ":" + settings.port() + ": " + failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        closed = true;
        disconnect();
    }

    private void add(Jedis redis, List<StreamRecord> events) {
        try (Transaction transaction = redis.multi()) {
            XAddParams nextId = XAddParams.xAddParams().id("*");
            for (StreamRecord event : events) {
                transaction.xadd(settings.stream(), nextId, event.fields());
            }
            transaction.hset(
                    highWaterKey, highWaterField, Long.toString(events.getLast().sequence()));
            List<Object> results = transaction.exec();
            for (Object result : results) {
                if (result instanceof JedisException refused) {
                    throw refused;
                }
            }
        }
    }

    private Jedis connected() throws SecretUnavailable {
        Optional<Jedis> open = connection;
        if (open.isPresent()) {
            return open.get();
        }
        DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(TIMEOUT_MILLIS)
                .socketTimeoutMillis(TIMEOUT_MILLIS)
                .autoNegotiateProtocol(false)
                .clientName("sluice-" + gateway.bngId());
        if (!settings.secret().isEmpty()) {
            config.password(new String(secrets.read(settings.secret()).bytes(), StandardCharsets.UTF_8));
        }
        Jedis redis = new Jedis(new HostAndPort(settings.host(), settings.port()), config.build());
        connection = Optional.of(redis);
        if (closed) {
            disconnect();
            throw new JedisException("closed");
        }
        createGroup(redis);
        String known = redis.hget(highWaterKey, highWaterField);
        highWater = known == null ? 0 : Long.parseLong(known);
        LOG.debug("Connected to {}:{}, there up to {}", settings.host(), settings.port(), highWater);
        return redis;
    }

    private void createGroup(Jedis redis) {
        try {
            redis.xgroupCreate(settings.stream(), GROUP, new StreamEntryID(0, 0), true);
        } catch (JedisException refused) {
            if (!String.valueOf(refused.getMessage()).startsWith(GROUP_EXISTS)) {
                throw refused;
            }
        }
    }

    private void disconnect() {
        Optional<Jedis> open = connection;
        connection = Optional.empty();
        open.ifPresent(redis -> {
            try {
                redis.getConnection().forceDisconnect();
            } catch (IOException | JedisException failure) {
                LOG.debug("Redis connection did not close", failure);
            }
        });
    }
}
