package org.climaterescue.db;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A small program with an embedded database: it commits a note, says so, and then waits. At the end of its input it stops
 * properly; on SIGINT it still commits a last note before it stops the server, as a dispatcher finishes its work.
 */
final class DatabaseProgram {

    private DatabaseProgram() {}

    public static void main(String[] arguments) throws Exception {
        EmbeddedDatabase database;
        try {
            database = EmbeddedDatabase.start(Path.of(arguments[0]));
        } catch (DatabaseUnavailable e) {
            System.out.println("REFUSED " + e.getMessage());
            return;
        }
        Connection connection = connect(database);
        note(connection, "committed");
        boolean leave = arguments.length > 1 && arguments[1].equals("leave");
        if (!leave) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> finish(database, connection)));
        }
        System.out.println("READY " + database.pid());
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = input.readLine();
        while (line != null && !line.equals("exit")) {
            line = input.readLine();
        }
        System.exit(0);
    }

    private static void finish(EmbeddedDatabase database, Connection connection) {
        try {
            note(connection, "last words");
            // A connection of its own proves that the server still takes new ones.
            connect(database).close();
            System.out.println("FINISHED");
        } catch (SQLException e) {
            System.out.println("FAILED " + e.getMessage());
        }
        database.close();
    }

    private static Connection connect(EmbeddedDatabase database) throws SQLException {
        return DriverManager.getConnection(
                database.url().jdbcUrl(), database.url().credentials());
    }

    private static void note(Connection connection, String text) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table if not exists note (text text)");
            statement.execute("insert into note values ('" + text + "')");
        }
    }
}
