package org.climaterescue.db.telemetry;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import org.climaterescue.db.Sql;

/** What all dispatchers together were spared, over all their starts: one row. Every method needs an open transaction. */
@Singleton
public final class SavingsLog {

    /** Adds what a dispatcher has counted since it last did. */
    public void add(Connection connection, Saved more) throws SQLException {
        Sql.of(
                        connection,
                        """
                        update savings
                        set accepted = accepted + ?, by_request = by_request + ?, by_url = by_url + ?, other_body = other_body + ?,
                            reads = reads + ?, shared_reads = shared_reads + ?, kept_reads = kept_reads + ?,
                            made_reads = made_reads + ?
                        """,
                        more.accepted(),
                        more.byRequest(),
                        more.byUrl(),
                        more.otherBody(),
                        more.reads(),
                        more.sharedReads(),
                        more.keptReads(),
                        more.madeReads())
                .update();
    }

    /** All that was added. */
    public Saved total(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        select accepted, by_request, by_url, other_body, reads, shared_reads, kept_reads, made_reads from savings
                        """)
                .one(row -> new Saved(
                        row.number("accepted"),
                        row.number("by_request"),
                        row.number("by_url"),
                        row.number("other_body"),
                        row.number("reads"),
                        row.number("shared_reads"),
                        row.number("kept_reads"),
                        row.number("made_reads")));
    }

    /**
     * Submissions by what became of them, and reads that others may share.
     *
     * @param byRequest submissions whose request id was taken before, with the same body
     * @param byUrl submissions whose URL was taken before
     * @param otherBody submissions whose request id was taken before, with another body
     * @param sharedReads those that shared a read under way
     * @param keptReads those that were served a kept result
     * @param madeReads those that were carried out
     */
    public record Saved(
            long accepted,
            long byRequest,
            long byUrl,
            long otherBody,
            long reads,
            long sharedReads,
            long keptReads,
            long madeReads) {

        public static final Saved NOTHING = new Saved(0, 0, 0, 0, 0, 0, 0, 0);

        public Saved plus(Saved more) {
            return new Saved(
                    accepted + more.accepted,
                    byRequest + more.byRequest,
                    byUrl + more.byUrl,
                    otherBody + more.otherBody,
                    reads + more.reads,
                    sharedReads + more.sharedReads,
                    keptReads + more.keptReads,
                    madeReads + more.madeReads);
        }

        public Saved minus(Saved less) {
            return new Saved(
                    accepted - less.accepted,
                    byRequest - less.byRequest,
                    byUrl - less.byUrl,
                    otherBody - less.otherBody,
                    reads - less.reads,
                    sharedReads - less.sharedReads,
                    keptReads - less.keptReads,
                    madeReads - less.madeReads);
        }
    }
}
