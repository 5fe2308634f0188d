package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.climaterescue.db.Pipeline.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PipelineTest {

    private String url;
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        url = TestDatabase.createEmpty();
        connection = DriverManager.getConnection(url);
        Sql.of(connection, "create table thing (n bigint, said text)").update();
        connection.setAutoCommit(false);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    /** More often than the driver waits before it lets the server keep the statements. */
    @Test
    void eachStatementSeesWhatThoseBeforeItHaveDone() throws SQLException {
        for (int i = 0; i < 10; i++) {
            var pipeline = Pipeline.on(connection);
            Reply<Integer> added = pipeline.update(
                    "insert into thing select *, ? from unnest(?::bigint[])", "it's; ?", new long[] {1, 2});
            Reply<List<String>> found =
                    pipeline.list("select n, said from thing order by n", row -> row.number("n") + row.text("said"));
            Reply<Integer> gone = pipeline.update("delete from thing where n = ?", 2L);
            Reply<Long> left = pipeline.one("select count(*) as n from thing", row -> row.number("n"));

            pipeline.send();

            assertThat(added.get()).isEqualTo(2);
            assertThat(found.get()).containsExactly("1it's; ?", "2it's; ?");
            assertThat(gone.get()).isEqualTo(1);
            assertThat(left.get()).isEqualTo(1);
            connection.rollback();
        }
    }

    /** A snapshot of its own for each: what one waited for, the next one sees. */
    @Test
    void aStatementSeesWhatWasCommittedWhileTheOneBeforeItWaited() throws Exception {
        Sql.of(connection, "insert into thing values (1, 'old')").update();
        connection.commit();
        try (Connection other = DriverManager.getConnection(url)) {
            other.setAutoCommit(false);
            Sql.of(other, "select pg_advisory_xact_lock(7)").list(row -> true);
            Sql.of(other, "update thing set said = 'new'").update();
            var pipeline = Pipeline.on(connection);
            pipeline.list("select pg_advisory_xact_lock(7)", row -> true);
            Reply<String> said = pipeline.one("select said from thing", row -> row.text("said"));
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    pipeline.send();
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            });
            try (Connection watch = DriverManager.getConnection(url)) {
                while (Sql.of(watch, "select from pg_locks where locktype = 'advisory' and not granted")
                        .list(row -> true)
                        .isEmpty()) {
                    Thread.onSpinWait();
                }
            }

            other.commit();
            sender.join();

            assertThat(said.get()).isEqualTo("new");
        }
    }

    @Test
    void whatStandsBehindAFailureHasNotRun() throws SQLException {
        var pipeline = Pipeline.on(connection);
        pipeline.update("insert into thing values (1, 'before')");
        pipeline.update("insert into thing values (1 / ?, 'wrong')", 0);
        Reply<Integer> after = pipeline.update("insert into thing values (3, 'after')");

        assertThatThrownBy(pipeline::send).isInstanceOf(SQLException.class).hasMessageContaining("division by zero");
        assertThatThrownBy(after::get).isInstanceOf(IllegalStateException.class);
        connection.rollback();
        assertThat(Sql.of(connection, "select n from thing").list(row -> row.number("n")))
                .isEmpty();
    }

    /** Megabytes both ways at once: neither side may wait for the other to read. */
    @Test
    void nobodyWaitsForEverHoweverMuchIsSent() throws SQLException {
        long[] many = LongStream.range(0, 50_000).toArray();
        var pipeline = Pipeline.on(connection);
        List<Reply<List<Long>>> replies = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            replies.add(pipeline.list("select n from unnest(?::bigint[]) as n", row -> row.number("n"), many));
        }

        pipeline.send();

        assertThat(replies).allSatisfy(reply -> assertThat(reply.get()).hasSize(many.length));
    }
}
