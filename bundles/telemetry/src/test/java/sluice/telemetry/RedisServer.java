package sluice.telemetry;

import java.io.IOException;
import java.util.List;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.StreamEntry;

/** A real Redis that keeps what it acknowledged. */
final class RedisServer extends Server {
    static final String STREAM = "bng_events";
    private final String program = program("/usr/bin/redis-server", "/usr/local/bin/redis-server");

    RedisServer() throws IOException {}

    @Override
    List<String> command() {
        return List.of(
                program,
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--requirepass",
                PASSWORD,
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
                "--save",
                "",
                "--dir",
                directory.toString());
    }

    RedisSettings settings() {
        return new RedisSettings("127.0.0.1", port, "redis", STREAM);
    }

    Jedis client() {
        return new Jedis(
                new HostAndPort("127.0.0.1", port),
                DefaultJedisClientConfig.builder().password(PASSWORD).build());
    }

    long length() {
        try (Jedis redis = client()) {
            return redis.xlen(STREAM);
        } catch (redis.clients.jedis.exceptions.JedisException away) {
            return -1;
        }
    }

    List<StreamEntry> entries() {
        try (Jedis redis = client()) {
            return redis.xrange(STREAM, "-", "+");
        }
    }
}
