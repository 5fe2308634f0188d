package org.climaterescue.db.ranking;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.db.intake.AssetUrl;
import org.climaterescue.db.intake.Description;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * The one refresh that may be under way over all instances: a connection of its own that holds the lock and stages the new ranking.
 * Closing it, or the end of its process in any way, lets the lock go and drops what was staged.
 */
public final class RefreshSession implements AutoCloseable {

    private static final long LOCK = 0x72_61_6e_6b_69_6e_67L;

    /** PostgreSQL's code for a lock that was not had in time. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /**
     * The server closes a session that is silent for so long: its dispatcher hangs, and shall not keep the others waiting. Longer than
     * any priorizer may take, which is waited for without a word to the server.
     */
    private static final Duration SILENCE = Duration.ofMinutes(20);

    private static final int PAGE = 500;

    /** After so many changes the planner is told how large the ranking is now, because what follows comes before it is told by itself. */
    private static final int WORTH_COUNTING = 1000;

    /** Of a million URLs and as many tasks that are over, each is looked at once: the planner makes joins of these, not of {@code in}. */
    static final String NEWCOMERS = """
            select s.* from pg_temp.staged s
            where not exists (select from capture c where c.url_sha256 = s.url_sha256)
              and not exists (select from (%s) o where o.url_sha256 = s.url_sha256)
            order by s.rank
            """.formatted(Ranks.OVER);

    private final Connection connection;

    private RefreshSession(Connection connection) {
        this.connection = connection;
    }

    /**
     * Waits until no other refresh is under way, and keeps others waiting from then on.
     *
     * @param patience how long to wait
     * @return empty when another one was under way all the time
     */
    public static Optional<RefreshSession> open(Database database, Duration patience) throws SQLException {
        Connection connection = database.connect("priorities");
        try {
            set(connection, "idle_session_timeout", SILENCE.toMillis());
            // A machine that has vanished is told by the kernel, which waits for two hours unless told otherwise.
            set(connection, "tcp_keepalives_idle", 30);
            set(connection, "tcp_keepalives_interval", 10);
            set(connection, "tcp_keepalives_count", 3);
            // A million rows pass through; they stay out of the way of what others use.
            for (String name : new String[] {"temp_buffers", "work_mem"}) {
                Sql.of(connection, "select set_config(?, '64MB', false)", name).one(row -> row.text("set_config"));
            }
            if (lock(connection, patience)) {
                return Optional.of(new RefreshSession(connection));
            }
        } catch (SQLException | RuntimeException failure) {
            connection.close();
            throw failure;
        }
        connection.close();
        return Optional.empty();
    }

    private static boolean lock(Connection connection, Duration patience) throws SQLException {
        set(connection, "lock_timeout", patience.toMillis());
        try {
            Sql.of(connection, "select pg_advisory_lock(?)", LOCK).list(row -> true);
            return true;
        } catch (SQLException waited) {
            if (LOCK_NOT_AVAILABLE.equals(waited.getSQLState())) {
                return false;
            }
            throw waited;
        }
    }

    private static void set(Connection connection, String name, long value) throws SQLException {
        Sql.of(connection, "select set_config(?, ?, false)", name, Long.toString(value))
                .one(row -> row.text("set_config"));
    }

    private void toggle(String name, boolean on) throws SQLException {
        Sql.of(connection, "select set_config(?, ?, false)", name, on ? "on" : "off")
                .one(row -> row.text("set_config"));
    }

    /** For the refresh log. */
    public Connection connection() {
        return connection;
    }

    /** Begins to stage a ranking; forgets what was staged before. */
    public void begin() throws SQLException {
        Sql.of(connection, "drop table if exists pg_temp.staged").update();
        Sql.of(connection, """
                        create temp table staged (
                            url_sha256 bytea primary key, rank integer not null, url text not null, canonical_url text not null,
                            host text not null, name text, dataset text, size_bytes bigint)
                        """).update();
    }

    /** Stages some entries; of those with equal URLs the best rank counts. */
    public void stage(List<Ranked> entries) throws SQLException {
        Map<String, Ranked> best = new TreeMap<>();
        for (Ranked one : entries) {
            best.merge(
                    one.asset().url().key().hex(), one, (known, other) -> other.rank() < known.rank() ? other : known);
        }
        List<Ranked> rows = List.copyOf(best.values());
        Sql.of(
                        connection,
                        """
                        insert into pg_temp.staged as s
                        select * from unnest(?::bytea[], ?::integer[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                                             ?::bigint[])
                        on conflict (url_sha256) do update
                        set rank = excluded.rank, url = excluded.url, name = excluded.name, dataset = excluded.dataset,
                            size_bytes = excluded.size_bytes
                        where excluded.rank < s.rank
                        """,
                        rows.stream()
                                .map(one -> one.asset().url().key().bytes())
                                .toArray(byte[][]::new),
                        rows.stream().mapToInt(Ranked::rank).toArray(),
                        texts(rows, one -> one.asset().url().raw()),
                        texts(rows, one -> one.asset().url().canonical()),
                        texts(rows, one -> one.asset().url().host()),
                        texts(rows, one -> one.asset().description().name()),
                        texts(rows, one -> one.asset().description().dataset()),
                        rows.stream()
                                .<@Nullable Long>map(
                                        one -> one.asset().description().sizeBytes())
                                .toArray(Long[]::new))
                .update();
    }

    private static @Nullable String[] texts(List<Ranked> rows, Function<Ranked, @Nullable String> of) {
        List<@Nullable String> texts = new ArrayList<>();
        rows.forEach(row -> texts.add(of.apply(row)));
        return texts.toArray(new String[0]);
    }

    /** The staged ranking takes the place of the last known one; where they agree, nothing is written. */
    public void replace() throws SQLException {
        Sql.of(connection, "analyze pg_temp.staged").update();
        // The first ranking of many finds a table without rows, of which the planner thinks that it may be read for
        // each row anew.
        toggle("enable_nestloop", false);
        int written = Sql.of(connection, """
                        with left_out as (
                            delete from ranking r
                            where not exists (select from pg_temp.staged s where s.url_sha256 = r.url_sha256)
                        )
                        insert into ranking (url_sha256, rank)
                        select s.url_sha256, s.rank from pg_temp.staged s
                        where not exists (
                            select from ranking r where r.url_sha256 = s.url_sha256 and r.rank = s.rank)
                        on conflict (url_sha256) do update set rank = excluded.rank
                        """).update();
        toggle("enable_nestloop", true);
        if (written >= WORTH_COUNTING) {
            Sql.of(connection, "analyze ranking").update();
        }
    }

    /**
     * Hands on the staged assets whose URL no task has ever had, best rank first.
     *
     * @param copies wanted of each
     */
    public void newcomers(int copies, Taker<Submission> taker) throws SQLException {
        pages(
                "newcomers",
                NEWCOMERS,
                row -> new Submission(
                        null,
                        new AssetUrl(
                                row.text("url"),
                                row.text("canonical_url"),
                                row.text("host"),
                                Sha256.of(row.bytes("url_sha256"))),
                        new Description(
                                row.textOrNull("name"),
                                row.textOrNull("dataset"),
                                null,
                                row.numberOrNull("size_bytes"),
                                null,
                                null),
                        copies,
                        null),
                taker);
    }

    /** Hands on the tasks that do not have the rank that the last known ranking gives them, in order of id. */
    public void moves(Taker<Ranks.Move> taker) throws SQLException {
        pages("moves", Ranks.MOVES, row -> new Ranks.Move(row.number("task_id"), row.integerOrNull("rank")), taker);
    }

    /**
     * What is found is kept by the server, outside of any transaction: handing it on may take a while. Each query has a name of its
     * own, because the driver remembers what columns the same text gave.
     */
    private <T> void pages(String name, String query, Sql.RowReader<T> reader, Taker<T> taker) throws SQLException {
        Sql.of(connection, "declare %s cursor with hold for %s".formatted(name, query))
                .update();
        List<T> page;
        do {
            page = Sql.of(connection, "fetch %d from %s".formatted(PAGE, name)).list(reader);
            if (!page.isEmpty()) {
                taker.take(page);
            }
        } while (page.size() == PAGE);
        Sql.of(connection, "close " + name).update();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /**
     * An asset and its place.
     *
     * @param rank 1 and up
     */
    public record Ranked(int rank, Submission asset) {}

    /** Takes some rows; they are written in one transaction. */
    @FunctionalInterface
    public interface Taker<T> {
        void take(List<T> rows) throws SQLException;
    }
}
