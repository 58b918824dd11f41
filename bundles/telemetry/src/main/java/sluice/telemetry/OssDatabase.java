package sluice.telemetry;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.SecretUnavailable;
import sluice.platform.api.Secrets;

/**
 * The way to the database: a pool of one connection, made when it is needed, and the tables, made when they are
 * missing. Used by the sink's thread, but for {@link #close}.
 */
final class OssDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OssDatabase.class);
    private static final int VERSION = 1;
    private static final int CONNECT_SECONDS = 5;
    private static final int SOCKET_SECONDS = 30;
    private static final long CONNECTION_MILLIS = 6_000;

    private final PostgresSettings settings;
    private final Secrets secrets;
    private final String applicationName;
    private volatile Optional<HikariDataSource> pool = Optional.empty();
    private volatile boolean closed;

    OssDatabase(PostgresSettings settings, Secrets secrets, String applicationName) {
        this.settings = settings;
        this.secrets = secrets;
        this.applicationName = applicationName;
    }

    /** A connection without auto-commit to a database that has our tables. */
    Connection connection() throws SQLException, SecretUnavailable {
        Optional<HikariDataSource> open = pool;
        if (open.isPresent()) {
            return open.get().getConnection();
        }
        HikariDataSource made = open();
        pool = Optional.of(made);
        if (closed) {
            disconnect();
            throw new SQLException("closed");
        }
        Connection connection = made.getConnection();
        try {
            migrate(connection);
            return connection;
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
    }

    /** Closes the connection, in use or not; the next one is made afresh. */
    void disconnect() {
        Optional<HikariDataSource> open = pool;
        pool = Optional.empty();
        open.ifPresent(HikariDataSource::close);
    }

    @Override
    public void close() {
        closed = true;
        disconnect();
    }

    private HikariDataSource open() throws SQLException, SecretUnavailable {
        HikariConfig config = configuration();
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException failure) {
            throw new SQLException(String.valueOf(failure.getMessage()), failure);
        }
    }

    private HikariConfig configuration() throws SecretUnavailable {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {settings.host()});
        source.setPortNumbers(new int[] {settings.port()});
        source.setDatabaseName(settings.database());
        source.setUser(settings.user());
        if (!settings.secret().isEmpty()) {
            source.setPassword(new String(secrets.read(settings.secret()).bytes(), StandardCharsets.UTF_8));
        }
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(CONNECT_SECONDS);
        source.setSocketTimeout(SOCKET_SECONDS);
        source.setApplicationName(applicationName);
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setPoolName("sluice-telemetry-postgresql");
        config.setMaximumPoolSize(1);
        config.setAutoCommit(false);
        config.setInitializationFailTimeout(1); // one try, at once
        config.setConnectionTimeout(CONNECTION_MILLIS);
        return config;
    }

    private static void migrate(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(hashtext('sluice oss schema'))");
            statement.execute("create table if not exists sluice_schema ("
                    + "version integer primary key, applied timestamptz not null default now())");
            int version;
            try (ResultSet rows = statement.executeQuery("select coalesce(max(version), 0) from sluice_schema")) {
                rows.next();
                version = rows.getInt(1);
            }
            if (version < VERSION) {
                statement.execute(script("oss-" + VERSION + ".sql"));
                statement.execute("insert into sluice_schema (version) values (" + VERSION + ")");
                LOG.info("Made the tables of the OSS database, version {}", VERSION);
            }
            connection.commit();
        } catch (SQLException failure) {
            connection.rollback();
            throw failure;
        }
    }

    private static String script(String name) {
        try (InputStream in = OssDatabase.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the bundle");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
