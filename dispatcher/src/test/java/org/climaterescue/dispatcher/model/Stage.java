package org.climaterescue.dispatcher.model;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.dispatcher.assignment.Sweep;
import org.climaterescue.dispatcher.assignment.Sweeps;

/** Two dispatchers on one database, and its clock. They sweep only when told to. */
final class Stage implements AutoCloseable {

    private static final Map<String, String> SETTINGS = Map.of(
            "RESCUE_MAX_ATTEMPTS", "" + ModelFleet.MAX_ATTEMPTS,
            "RESCUE_HOST_CONNECTIONS", "" + ModelFleet.CONNECTIONS,
            "RESCUE_RETRY_BASE", ModelFleet.RETRY_BASE + "s",
            "RESCUE_SUSPECT_AFTER", ModelFleet.SUSPECT + "s",
            "RESCUE_LOST_AFTER", ModelFleet.LEASE + "s",
            "RESCUE_STALL_AFTER", ModelFleet.STALL + "s",
            "RESCUE_HEARTBEAT", ModelFleet.PATIENCE / 2 + "s");

    private final String database = TestDatabase.create();
    private final List<TestDispatcher> dispatchers = new ArrayList<>(List.of(dispatcher(), dispatcher()));

    private TestDispatcher dispatcher() {
        TestDispatcher dispatcher = TestDispatcher.on(database, SETTINGS);
        Sweeps.only(dispatcher);
        return dispatcher;
    }

    TestDispatcher dispatcher(int which) {
        return dispatchers.get(which);
    }

    /** One dispatcher ends, and another takes its place. */
    void restart(int which) {
        dispatchers.get(which).close();
        dispatchers.set(which, dispatcher());
    }

    void advance(long seconds) {
        TestDatabase.advance(dispatchers.getFirst().bean(Database.class).pool(), Duration.ofSeconds(seconds));
    }

    void sweep(int which) {
        dispatchers.get(which).bean(Sweep.class).runOnce();
    }

    /** Forgets everything but hosts and nodes, which sign off. */
    void clear() {
        try (Connection connection =
                dispatchers.getFirst().bean(Database.class).pool().getConnection()) {
            connection.setAutoCommit(true);
            String tables = Sql.of(connection, """
                            select string_agg(quote_ident(tablename), ', ') as names from pg_tables
                            where schemaname = 'public' and tablename not in ('host', 'node')
                              and tablename not like 'flyway%'
                            """).one(row -> row.text("names"));
            Sql.of(connection, "truncate " + tables).update();
            Sql.of(connection, "update node set state = 'gone'").update();
        } catch (SQLException e) {
            throw new AssertionError("the stage could not be cleared", e);
        }
    }

    /** The texts in the column {@code what}. */
    void each(String query, Consumer<String> reader) {
        try (Connection connection =
                dispatchers.getFirst().bean(Database.class).pool().getConnection()) {
            Sql.of(connection, query).list(row -> row.text("what")).forEach(reader);
        } catch (SQLException e) {
            throw new AssertionError(query, e);
        }
    }

    @Override
    public void close() {
        dispatchers.forEach(TestDispatcher::close);
    }
}
