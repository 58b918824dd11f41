package sluice.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A real PostgreSQL with an empty database {@code oss}. */
final class PostgresServer extends Server {
    static final String USER = "sluice";
    private final Path data = directory.resolve("data");

    PostgresServer() throws IOException {}

    /** Makes the cluster and the database, and starts it. */
    static PostgresServer create() throws Exception {
        PostgresServer server = new PostgresServer();
        Path password = Files.writeString(server.directory.resolve("password"), PASSWORD);
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-r--r--"));
        Process initdb = server.launch(List.of(
                binary("initdb"),
                "-D",
                server.data.toString(),
                "-U",
                USER,
                "-A",
                "scram-sha-256",
                "--pwfile",
                password.toString(),
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync"));
        if (initdb.waitFor() != 0) {
            throw new AssertionError("initdb failed");
        }
        server.start();
        await(() -> server.answers("postgres"), "PostgreSQL answers");
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("create database oss");
        }
        return server;
    }

    @Override
    List<String> command() {
        return List.of(
                binary("postgres"),
                "-D",
                data.toString(),
                "-p",
                Integer.toString(port),
                "-h",
                "127.0.0.1",
                "-k",
                directory.toString(),
                "-c",
                "fsync=off",
                "-c",
                "timezone=Asia/Tokyo");
    }

    PostgresSettings settings() {
        return new PostgresSettings("127.0.0.1", port, "oss", USER, "postgresql", 30, 365);
    }

    Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?connectTimeout=2", USER, PASSWORD);
    }

    /** All rows, their cells joined by {@code |}; empty text for null. */
    List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = connect("oss");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    String cell = result.getString(i);
                    cells.add(cell == null ? "" : cell);
                }
                rows.add(String.join("|", cells));
            }
        }
        return rows;
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect("oss");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The number that the query gives, or -1 when the server or the table is not there. */
    long number(String sql) {
        try {
            return Long.parseLong(query(sql).getFirst());
        } catch (SQLException away) {
            return -1;
        }
    }

    private boolean answers(String database) {
        try (Connection connection = connect(database)) {
            return connection.isValid(1);
        } catch (SQLException notYet) {
            return false;
        }
    }

    private static String binary(String name) {
        try (Stream<Path> versions = Files.exists(Path.of("/usr/lib/postgresql"))
                ? Files.list(Path.of("/usr/lib/postgresql"))
                : Stream.empty()) {
            return program(Stream.concat(
                            versions.map(version ->
                                    version.resolve("bin").resolve(name).toString()),
                            Stream.of("/usr/local/bin/" + name, "/usr/bin/" + name))
                    .toArray(String[]::new));
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }
}
