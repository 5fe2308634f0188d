package org.climaterescue.dispatcher.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.catalog.CatalogRecord;
import org.climaterescue.db.catalog.Chunk;
import org.climaterescue.db.catalog.Counts;
import org.climaterescue.db.catalog.Run;
import org.climaterescue.db.intake.Terms;
import org.climaterescue.dispatcher.assignment.CustodyDesk;
import org.climaterescue.dispatcher.assignment.TaskOrders;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.intake.Submissions;

/** Writes records of one run in chunks; records that an earlier part of the same run has written are passed over. */
final class ChunkedImport implements RecordSink {

    private static final int CHUNK = 500;
    private static final int MOST_CHARACTERS = 8_000_000;

    private final Run run;
    private final Terms terms;
    private final Transactions transactions;
    private final CustodyDesk desk;
    private final WorkBell bell;
    private final Semaphore turns;
    private final List<CatalogRecord> chunk = new ArrayList<>(CHUNK);
    private long toPassOver;
    private long datasets;
    private int characters;

    /**
     * Goes on after what was written.
     *
     * @param written how many records of this run have been written
     * @param turns who may write a chunk now, so that many imports leave room for others
     */
    ChunkedImport(
            Run run,
            long written,
            Terms terms,
            Transactions transactions,
            CustodyDesk desk,
            WorkBell bell,
            Semaphore turns) {
        this.run = run;
        this.toPassOver = written;
        this.terms = terms;
        this.transactions = transactions;
        this.desk = desk;
        this.bell = bell;
        this.turns = turns;
    }

    @Override
    public void dataset() {
        datasets++;
    }

    @Override
    public void accept(CatalogRecord found) throws InterruptedException {
        if (toPassOver > 0) {
            toPassOver--;
            return;
        }
        chunk.add(found);
        characters += found.text().length();
        if (chunk.size() == CHUNK || characters > MOST_CHARACTERS) {
            flush();
        }
    }

    /** Writes what is left, and the number of datasets. */
    void flush() throws InterruptedException {
        List<CatalogRecord> records = List.copyOf(chunk);
        chunk.clear();
        characters = 0;
        turns.acquire();
        try {
            write(records);
        } finally {
            turns.release();
        }
    }

    private void write(List<CatalogRecord> records) throws InterruptedException {
        try {
            Counts counts = Patience.whileAway(() -> transactions.atLength(connection -> {
                Chunk.Taken taken = Chunk.take(connection, run, records, datasets, terms);
                desk.carryOut(
                        connection,
                        taken.changed().stream().map(TaskOrders::reconsider).toList());
                return taken.counts();
            }));
            if (counts.added() > 0 || counts.updated() > 0) {
                bell.ring();
            }
        } catch (StorageFailure refused) {
            if (!refused.refusesValue()) {
                throw refused;
            }
            if (records.size() > 1) {
                for (CatalogRecord one : records) {
                    write(List.of(one));
                }
            } else if (records.size() == 1 && records.getFirst() instanceof CatalogRecord.Asset asset) {
                write(List.of(new CatalogRecord.Refused(asset.position(), asset.text(), Submissions.UNSTORABLE)));
            } else {
                throw refused;
            }
        }
    }
}
