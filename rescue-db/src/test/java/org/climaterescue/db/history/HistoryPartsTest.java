package org.climaterescue.db.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Time is whatever the tests say. */
@SuppressWarnings("NullAway.Init") // set before each test
class HistoryPartsTest {

    private static final Instant LATER = Instant.parse("2040-11-30T23:59:59Z");

    private final HistoryParts parts = new HistoryParts();
    private String url;
    private Connection connection;

    @BeforeEach
    void connect() throws SQLException {
        url = TestDatabase.create();
        connection = DriverManager.getConnection(url);
        connection.setAutoCommit(false);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-infinity", "1970-01-01", "2027-06-01", "2040-11-01", "2041-02-01", "9999-12-31", "infinity"})
    void anInsertNeverFailsForWantOfAPart(String at) throws SQLException {
        insert(at);
        makeAll(LATER);
        insert(at);

        assertThat(events("event")).isEqualTo(2);
    }

    @Test
    void theMonthOfNowAndTheTwoAfterItAreMade() throws SQLException {
        assertThat(makeAll(LATER)).containsExactly("event_2040_11", "event_2040_12", "event_2041_01");
        assertThat(makeAll(LATER)).isEmpty();
        assertThat(makeAll(Instant.parse("2040-12-01T00:00:00Z"))).containsExactly("event_2041_02");
    }

    @Test
    void anEventLiesInThePartOfItsMonthInUtc() throws SQLException {
        Sql.of(connection, "set time zone 'Asia/Kolkata'").update();
        makeAll(LATER);

        insert("2040-11-30T23:59:59.999999Z");
        insert("2040-12-01T00:00:00Z");

        assertThat(events("event_2040_11")).isEqualTo(1);
        assertThat(events("event_2040_12")).isEqualTo(1);
    }

    @Test
    void whatCameBeforeItsPartWasMadeMovesIntoIt() throws SQLException {
        insert("2040-11-01T00:00:00Z");
        insert("2040-11-30T23:59:59.999999Z");
        insert("2041-02-01T00:00:00Z");

        makeAll(LATER);

        assertThat(events("event_2040_11")).isEqualTo(2);
        assertThat(events("event_default")).isEqualTo(1);
    }

    @Test
    void aPartIsMadeInTheFormOfTheFirst() throws SQLException {
        makeAll(LATER);

        assertThat(form("event_2040_11")).isEqualTo(form("event_default")).hasSize(3);
        assertThat(settings("event_2040_11")).isEqualTo(settings(first()));
    }

    @Test
    void partsAreDroppedWholeAndOldestFirst() throws SQLException {
        String first = first();
        insert("2026-01-01T00:00:00Z");
        makeAll(LATER);
        insert("2040-11-01T00:00:00Z");
        insert("2040-12-01T00:00:00Z");
        assertThat(HistoryParts.droppedBefore(connection)).isEmpty();

        assertThat(dropAll(Instant.parse("2040-11-30T23:59:59Z"))).containsExactly(first);
        assertThat(HistoryParts.droppedBefore(connection)).contains(Instant.parse(until(first) + "T00:00:00Z"));
        assertThat(dropAll(Instant.parse("2040-12-31T23:59:59Z"))).containsExactly("event_2040_11");
        assertThat(dropAll(Instant.parse("2040-12-31T23:59:59Z"))).isEmpty();

        assertThat(HistoryParts.droppedBefore(connection)).contains(Instant.parse("2040-12-01T00:00:00Z"));
        assertThat(events("event")).isEqualTo(1);
        assertThat(makeAll(LATER))
                .as("a part that was dropped is not made again")
                .isEmpty();
    }

    @Test
    void instancesThatMakeAndDropPartsAtOnceDoEachOnce() throws Exception {
        String first = first();
        connection.commit();
        List<String> done = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int month = 1; month <= 12; month++) {
                Instant now = Instant.parse("2040-%02d-15T00:00:00Z".formatted(month));
                Callable<List<String>> instance = () -> keep(now);
                for (Future<List<String>> one :
                        Stream.generate(() -> threads.submit(instance)).limit(4).toList()) {
                    done.addAll(one.get());
                }
            }
        }

        assertThat(done.stream().filter(part -> part.startsWith("made")))
                .hasSize(14)
                .doesNotHaveDuplicates();
        assertThat(done.stream().filter(part -> part.startsWith("dropped")))
                .hasSize(10)
                .doesNotHaveDuplicates()
                .contains("dropped " + first, "dropped event_2040_09");
    }

    /** What an instance of its own has made, and dropped after two months. */
    private List<String> keep(Instant now) throws SQLException {
        try (Connection own = DriverManager.getConnection(url)) {
            own.setAutoCommit(false);
            List<String> done = new ArrayList<>();
            all(own, () -> parts.addNext(own, now)).forEach(part -> done.add("made " + part));
            all(own, () -> parts.dropNext(own, now.minus(Duration.ofDays(60))))
                    .forEach(part -> done.add("dropped " + part));
            return done;
        }
    }

    @Test
    void whoReadsTheHistoryForLongKeepsNoPartFromBeingMadeLaterAndNobodyWaitsForMoreThanASecond() throws SQLException {
        try (Connection reader = DriverManager.getConnection(url)) {
            reader.setAutoCommit(false);
            Sql.of(reader, "select from event").list(row -> true);
            connection.commit();

            assertThatThrownBy(() -> parts.addNext(connection, LATER)).hasMessageContaining("lock timeout");
            connection.rollback();
            assertThatThrownBy(() -> parts.dropNext(connection, LATER)).hasMessageContaining("lock timeout");
            connection.rollback();

            reader.commit();
            assertThat(makeAll(LATER)).hasSize(3);
        }
    }

    private List<String> makeAll(Instant now) throws SQLException {
        return all(connection, () -> parts.addNext(connection, now));
    }

    private List<String> dropAll(Instant end) throws SQLException {
        return all(connection, () -> parts.dropNext(connection, end));
    }

    private static List<String> all(Connection connection, Step step) throws SQLException {
        List<String> done = new ArrayList<>();
        for (Optional<String> one = step.run(); one.isPresent(); one = step.run()) {
            done.add(one.get());
            connection.commit();
        }
        connection.commit();
        return done;
    }

    private void insert(String at) throws SQLException {
        Sql.of(connection, """
                        insert into event (task_id, at, kind, task_status, actor)
                        values (1, ?::timestamptz, 'submitted', 'pending', 'test')
                        """, at).update();
    }

    private long events(String table) throws SQLException {
        return Sql.of(connection, "select count(*) as events from " + table).one(row -> row.number("events"));
    }

    private String first() throws SQLException {
        return Sql.of(connection, "select partition from history_part order by until limit 1")
                .one(row -> row.text("partition"));
    }

    private String until(String part) throws SQLException {
        return Sql.of(connection, "select until::text from history_part where partition = ?", part)
                .one(row -> row.text("until"));
    }

    /** Its indexes and checks. */
    private List<String> form(String table) throws SQLException {
        return Sql.of(connection, """
                        select regexp_replace(pg_get_indexdef(indexrelid), '^.* USING', '') as form from pg_index
                        where indrelid = ?::regclass
                        union all
                        select pg_get_constraintdef(oid) from pg_constraint
                        where conrelid = ?::regclass and contype = 'c'
                        order by 1
                        """, table, table).list(row -> row.text("form"));
    }

    /** How it is looked after. */
    private List<String> settings(String table) throws SQLException {
        return Sql.of(connection, """
                        select reloptions::text as setting from pg_class where oid = ?::regclass
                        union all
                        select attname || ' ' || attstattarget from pg_attribute
                        where attrelid = ?::regclass and attnum > 0
                        order by 1
                        """, table, table).list(row -> row.text("setting"));
    }

    @FunctionalInterface
    private interface Step {
        Optional<String> run() throws SQLException;
    }
}
