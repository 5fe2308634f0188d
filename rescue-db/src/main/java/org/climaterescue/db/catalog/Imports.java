package org.climaterescue.db.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.climaterescue.db.Sql;
import org.jspecify.annotations.Nullable;

/** The life of an import. Every method needs an open transaction. */
public final class Imports {

    /** An import that has written nothing for so long has died with its dispatcher. */
    public static final Duration SILENCE = Duration.ofMinutes(10);

    private static final int LONGEST_ERROR = 4000;

    private Imports() {}

    /**
     * Begins an import of the catalog of this name, unless one is under way. Its counts start anew.
     *
     * @param fileBytes the size of its file as it was sent
     */
    public static Begun begin(Connection connection, String name, String format, long fileBytes, String instance)
            throws SQLException {
        Optional<Run> run = Sql.of(connection, """
                        insert into catalog as c (name, format, file_bytes, status, imported_by, heard_at, started_at)
                        values (?, ?, ?, 'importing', ?, clock_timestamp(), clock_timestamp())
                        on conflict (name) do update
                            set format = excluded.format, status = 'importing', error = null, datasets = 0, added = 0,
                                updated = 0, unchanged = 0, duplicates = 0, rejected = 0, repaired = 0, gone = 0,
                                file_bytes = excluded.file_bytes, bytes_read = 0, imported_by = excluded.imported_by,
                                run = c.run + 1, heard_at = excluded.heard_at, started_at = excluded.started_at,
                                finished_at = null
                            where c.status <> 'importing'
                               or c.heard_at < clock_timestamp() - make_interval(secs => ?)
                        returning catalog_no, run
                        """, name, format, fileBytes, instance, (double) SILENCE.toSeconds())
                .first(row -> new Run(row.integer("catalog_no"), row.integer("run")));
        if (run.isEmpty()) {
            return new Begun.Busy(Sql.of(connection, "select catalog_no from catalog where name = ?", name)
                    .one(row -> row.integer("catalog_no")));
        }
        Sql.of(
                        connection,
                        "delete from catalog_rejected where catalog_no = ?",
                        run.get().catalogNo())
                .update();
        return new Begun.Started(run.get());
    }

    /**
     * Takes an import on under this instance's name, where it was cut or was given up as silent.
     *
     * @return how far it had come; empty when it has been read whole, or a newer one has begun
     */
    public static Optional<Progress> resume(Connection connection, Run run, String instance) throws SQLException {
        return Sql.of(connection, """
                        update catalog
                        set status = 'importing', error = null, finished_at = null, imported_by = ?,
                            heard_at = clock_timestamp()
                        where catalog_no = ? and run = ? and status <> 'imported'
                        returning name, format, added, updated, unchanged, duplicates, rejected, repaired
                        """, instance, run.catalogNo(), run.run())
                .first(row -> new Progress(row.text("name"), row.text("format"), Counts.from(row)));
    }

    /** Notes which format the file turned out to have. */
    public static void recognise(Connection connection, Run run, String format) throws SQLException {
        changed(run, Sql.of(connection, """
                                update catalog set format = ?, heard_at = clock_timestamp()
                                where catalog_no = ? and run = ? and status = 'importing'
                                """, format, run.catalogNo(), run.run()).update());
    }

    /**
     * Adds to the counts what became of the next records, and makes sure that nobody has counted them before.
     *
     * @param before how many records of this run are counted already
     * @param upTo how far the file has been read with these
     * @throws Superseded when the run is over; the transaction must not be committed
     * @throws AlreadyTaken when these records were counted by an earlier try whose commit was not heard of; nor then
     */
    public static void count(Connection connection, Run run, long before, Counts more, Position upTo)
            throws SQLException {
        int counted = Sql.of(
                        connection,
                        """
                        update catalog
                        set added = added + ?, updated = updated + ?, unchanged = unchanged + ?,
                            duplicates = duplicates + ?, rejected = rejected + ?, repaired = repaired + ?,
                            datasets = ?, bytes_read = ?, heard_at = clock_timestamp()
                        where catalog_no = ? and run = ? and status = 'importing'
                          and added + updated + unchanged + duplicates + rejected = ?
                        """,
                        more.added(),
                        more.updated(),
                        more.unchanged(),
                        more.duplicates(),
                        more.rejected(),
                        more.repaired(),
                        upTo.datasets(),
                        upTo.bytes(),
                        run.catalogNo(),
                        run.run(),
                        before)
                .update();
        if (counted == 0) {
            throw notNext(connection, run, before, more.read());
        }
    }

    /**
     * How many records of this run are counted.
     *
     * @throws Superseded when the run is over
     */
    public static long counted(Connection connection, Run run) throws SQLException {
        return Sql.of(connection, """
                        select added + updated + unchanged + duplicates + rejected as read from catalog
                        where catalog_no = ? and run = ? and status = 'importing'
                        """, run.catalogNo(), run.run())
                .first(row -> row.number("read"))
                .orElseThrow(() -> new Superseded(run));
    }

    private static RuntimeException notNext(Connection connection, Run run, long before, long more)
            throws SQLException {
        long read = counted(connection, run);
        return read == before + more
                ? new AlreadyTaken(run, read)
                : new IllegalStateException("import %d of catalog %d has %,d records, not %,d"
                        .formatted(run.run(), run.catalogNo(), read, before));
    }

    /**
     * Notes some of what the whole file has named no more: a transaction of bounded length, to be repeated until nothing is left.
     * An import that broke off cannot tell what else it would have named.
     *
     * @param afterTask 0 at first, then what the call before gave
     * @return the last task that was noted; empty when nothing is left
     */
    public static OptionalLong delist(Connection connection, Run run, long afterTask, String instance)
            throws SQLException {
        long[] gone = Items.delist(connection, run, afterTask, instance);
        changed(
                run,
                Sql.of(connection, """
                                update catalog set gone = gone + ?, heard_at = clock_timestamp()
                                where catalog_no = ? and run = ? and status = 'importing'
                                """, gone.length, run.catalogNo(), run.run()).update());
        return gone.length == 0 ? OptionalLong.empty() : OptionalLong.of(gone[gone.length - 1]);
    }

    /**
     * Ends the import.
     *
     * @param error where and why it broke off; null when the whole file was read
     */
    public static void end(Connection connection, Run run, @Nullable String error) throws SQLException {
        changed(
                run,
                Sql.of(
                                connection,
                                """
                                update catalog
                                set status = ?::catalog_status, error = ?, heard_at = clock_timestamp(),
                                    finished_at = clock_timestamp()
                                where catalog_no = ? and run = ? and status = 'importing'
                                """,
                                error == null ? "imported" : "failed",
                                error == null || error.length() <= LONGEST_ERROR
                                        ? error
                                        : error.substring(0, LONGEST_ERROR),
                                run.catalogNo(),
                                run.run())
                        .update());
    }

    /** Fails imports that died with a dispatcher which has not come back; says how many. */
    public static int failSilent(Connection connection, String error) throws SQLException {
        return Sql.of(connection, """
                        update catalog set status = 'failed', error = ?, finished_at = clock_timestamp()
                        where status = 'importing' and heard_at < clock_timestamp() - make_interval(secs => ?)
                        """, error, (double) SILENCE.toSeconds()).update();
    }

    /**
     * Forgets a catalog that came to nothing: its import has failed, and nothing that it ever listed hangs on it.
     *
     * @return false when there is more to it, or none of that number; nothing is changed then
     */
    public static boolean forget(Connection connection, int catalogNo) throws SQLException {
        // An import that begins or ends at this moment is over first, and looked at as it is then.
        boolean failed = Sql.of(
                        connection,
                        "select status = 'failed' as failed from catalog where catalog_no = ? for update",
                        catalogNo)
                .first(row -> row.flag("failed"))
                .orElse(false);
        if (!failed
                || Sql.of(
                                connection,
                                "select exists (select from catalog_item where catalog_no = ?) as found",
                                catalogNo)
                        .one(row -> row.flag("found"))) {
            return false;
        }
        Sql.of(connection, "delete from catalog_rejected where catalog_no = ?", catalogNo)
                .update();
        Sql.of(connection, "delete from catalog where catalog_no = ?", catalogNo)
                .update();
        return true;
    }

    private static void changed(Run run, int rows) {
        if (rows == 0) {
            throw new Superseded(run);
        }
    }

    /**
     * How far an import had come.
     *
     * @param name the catalog's
     * @param format as it was asked for or recognised
     */
    public record Progress(String name, String format, Counts counts) {}
}
