package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.Map;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A connection that the server cuts in the middle of a transaction, as a crash of the server does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseCutTest {

    private TestDispatcher dispatcher;

    @BeforeAll
    void start() {
        dispatcher = TestDispatcher.start(Map.of());
    }

    @AfterAll
    void stop() {
        dispatcher.close();
    }

    @Test
    void aStatementThatIsCutMeansThatTheDatabaseIsAway() {
        assertThat(failureOf(connection -> Sql.of(connection, "select pg_terminate_backend(pg_backend_pid())")
                                .one(row -> true))
                        .away())
                .isTrue();
    }

    @Test
    void aCommitThatIsCutMeansThatTheDatabaseIsAway() {
        assertThat(failureOf(connection -> {
                            Sql.of(connection, "insert into host (name) values ('cut.test')")
                                    .update();
                            int pid = Sql.of(connection, "select pg_backend_pid() as pid")
                                    .one(row -> row.integer("pid"));
                            return cut(pid);
                        })
                        .away())
                .isTrue();
    }

    private StorageFailure failureOf(Transactions.Work<Boolean> work) {
        return catchThrowableOfType(
                StorageFailure.class, () -> dispatcher.bean(Transactions.class).in(work));
    }

    private boolean cut(int pid) throws SQLException {
        try (var another = dispatcher.bean(Database.class).connect("test")) {
            return Sql.of(another, "select pg_terminate_backend(?, 10000) as cut", pid)
                    .one(row -> row.flag("cut"));
        }
    }
}
