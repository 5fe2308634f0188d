package org.climaterescue.db.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.db.intake.AssetUrl;
import org.climaterescue.db.intake.Description;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.db.intake.Terms;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // set before each test
class ChunkTest {

    private static final List<CatalogRecord> RECORDS = records("a", "b", "a");

    private Connection connection;
    private Run run;

    @BeforeEach
    void begin() throws SQLException {
        connection = DriverManager.getConnection(TestDatabase.create());
        connection.setAutoCommit(false);
        run = ((Begun.Started) Imports.begin(connection, "catalog", "jsonl", 100, "here")).run();
        connection.commit();
    }

    @AfterEach
    void close() throws SQLException {
        connection.rollback();
        connection.close();
    }

    @Test
    void recordsOfWhichNobodyHeardThatTheyWereTakenAreNotCountedTwice() throws SQLException {
        take(RECORDS, 0);
        connection.commit();

        assertThatThrownBy(() -> take(RECORDS, 0)).isInstanceOf(AlreadyTaken.class);
        connection.rollback();
        take(records("c"), 3);
        connection.commit();

        Imports.Progress progress = Imports.resume(connection, run, "here").orElseThrow();
        assertThat(progress.counts()).isEqualTo(new Counts(3, 0, 1, 0, 0, 0));
        assertThat(number("select count(*) as number from task")).isEqualTo(3);
    }

    @Test
    void recordsAreNeverTakenOutOfTheirOrder() throws SQLException {
        take(RECORDS, 0);
        connection.commit();

        assertThatThrownBy(() -> take(records("c"), 5)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anImportThatHasEndedTakesNothing() throws SQLException {
        Imports.end(connection, run, null);
        connection.commit();

        assertThatThrownBy(() -> take(RECORDS, 0)).isInstanceOf(Superseded.class);
    }

    private void take(List<CatalogRecord> records, long before) throws SQLException {
        var terms = new Terms(Duration.ofDays(7), "here", run.catalogNo());
        Chunk.Taken taken = Chunk.take(connection, run, records, terms);
        Imports.count(connection, run, before, taken.counts(), new Position(0, 10));
    }

    private long number(String query) throws SQLException {
        return Sql.of(connection, query).one(row -> row.number("number"));
    }

    private static List<CatalogRecord> records(String... names) {
        return Stream.of(names)
                .<CatalogRecord>map(name -> {
                    String url = "http://example.org/" + name;
                    var described = new Description(name, null, null, null, null, null);
                    return new CatalogRecord.Asset(
                            name,
                            name,
                            new Submission(null, new AssetUrl(url, url, "example.org"), described, 1, null));
                })
                .toList();
    }
}
