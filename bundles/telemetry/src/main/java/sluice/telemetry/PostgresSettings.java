package sluice.telemetry;

/**
 * Where the OSS database is.
 *
 * @param secret name of the password's secret; empty when there is none
 * @param retentionDays how long events stay
 * @param historyDays how long closed sessions stay
 */
record PostgresSettings(
        String host, int port, String database, String user, String secret, int retentionDays, int historyDays) {

    PostgresSettings {
        if (retentionDays < 1 || historyDays < 1) {
            throw new IllegalArgumentException("Retention of " + retentionDays + " and " + historyDays + " days");
        }
    }
}
