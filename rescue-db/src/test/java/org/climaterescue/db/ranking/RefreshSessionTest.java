package org.climaterescue.db.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.db.intake.AssetUrl;
import org.climaterescue.db.intake.Description;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.db.ranking.RefreshSession.Ranked;
import org.climaterescue.protocol.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set before each test
class RefreshSessionTest {

    @TempDir
    private Path directory;

    private Database database;
    private RefreshSession session;

    @BeforeEach
    void open() throws SQLException, InterruptedException {
        database = Database.open(TestDatabase.create(), directory, Duration.ZERO);
        session = RefreshSession.open(database, Duration.ofSeconds(10)).orElseThrow();
    }

    @AfterEach
    void close() throws SQLException {
        session.close();
        database.close();
    }

    /** A subplan that is too large to be hashed would read all of them for each entry. */
    @Test
    void howeverManyTasksAreOverThePlanForNewcomersLooksAtEachOnce() throws SQLException {
        overAndGone(200_000);
        session.begin();
        session.stage(entries(100_000, 101_000));

        String plan = Sql.of(
                        session.connection(),
                        "explain declare newcomers cursor with hold for " + RefreshSession.NEWCOMERS)
                .list(row -> row.text("QUERY PLAN"))
                .stream()
                .collect(Collectors.joining("\n"));
        List<String> found = new ArrayList<>();
        session.newcomers(1, page -> page.forEach(one -> found.add(one.url().raw())));

        assertThat(plan).contains("Anti Join").doesNotContain("SubPlan");
        assertThat(found).isEmpty();
    }

    @Test
    void onlyWhatNoTaskHasEverHadIsANewcomer() throws SQLException {
        overAndGone(3);
        session.begin();
        session.stage(entries(2, 6));

        List<String> found = new ArrayList<>();
        session.newcomers(1, page -> page.forEach(one -> found.add(one.url().raw())));

        assertThat(found).containsExactly(url(4), url(5));
    }

    /** Cancelled tasks with the URLs of the numbers from 1, which keep none of them. */
    private void overAndGone(int count) throws SQLException {
        Sql.of(session.connection(), "insert into host (name) values ('over.example.org')")
                .update();
        Sql.of(session.connection(), """
                        with fresh as (
                            insert into task (task_id, url, host_no, priority, copies_target, initiated_by, created_at)
                            select nextval('task_number'), 'http://over.example.org/' || n, host_no, 5, 1, 'test', now()
                            from generate_series(1, ?) n, host
                            returning task_id
                        )
                        insert into standing (task_id, status, copies, since) select task_id, 'cancelled', 0, now() from fresh
                        """, count).update();
        Sql.of(session.connection(), "analyze").update();
    }

    private static List<Ranked> entries(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(n -> new Ranked(
                        n,
                        new Submission(
                                null,
                                new AssetUrl(url(n), url(n), "over.example.org", Sha256.ofText(url(n))),
                                new Description(null, null, null, null, null, null),
                                1,
                                null)))
                .toList();
    }

    private static String url(int number) {
        return "http://over.example.org/" + number;
    }
}
