package sluice.telemetry;

/**
 * Where the Redis stream is.
 *
 * @param secret name of the password's secret; empty when there is none
 * @param stream key of the stream
 */
record RedisSettings(String host, int port, String secret, String stream) {}
