package org.climaterescue.dispatcher.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.catalog.AlreadyTaken;
import org.climaterescue.db.catalog.CatalogRecord;
import org.climaterescue.db.catalog.Chunk;
import org.climaterescue.db.catalog.Counts;
import org.climaterescue.db.catalog.Position;
import org.climaterescue.db.catalog.Run;
import org.climaterescue.db.intake.Terms;
import org.climaterescue.dispatcher.assignment.CustodyDesk;
import org.climaterescue.dispatcher.assignment.TaskOrders;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.intake.Submissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records of one run in chunks; records that an earlier part of the same run has written are passed over.
 *
 * <p>While one chunk is written another may wait and a third is read, and no more: one core reads, one is PostgreSQL's, neither waits
 * for the other's hiccups, and what is in memory stays bounded.
 */
final class ChunkedImport implements RecordSink {

    private static final Logger LOG = LoggerFactory.getLogger(ChunkedImport.class);

    private static final int CHUNK = 2000;
    private static final int MOST_CHARACTERS = 8_000_000;

    private final Run run;
    private final Submissions submissions;
    private final Terms terms;
    private final Transactions transactions;
    private final CustodyDesk desk;
    private final WorkBell bell;
    private final Semaphore turns;
    private final ExecutorService threads;
    private final LongSupplier bytesRead;
    private List<CatalogRecord> chunk = new ArrayList<>(CHUNK);
    /** The chunk that is written or comes next, and the one after it; each is written when the one before has been. */
    private Future<?> writing = CompletableFuture.completedFuture(null);

    private Future<?> waiting = writing;
    private long toPassOver;
    /** Only ever touched by the one chunk that is being written. */
    private long written;

    private long datasets;
    private int characters;

    /**
     * Goes on after what was written.
     *
     * @param written how many records of this run have been written
     * @param turns who may write a chunk now, so that many imports leave room for others
     * @param threads where chunks are written
     * @param bytesRead how much of the file has been read
     */
    ChunkedImport(
            Run run,
            long written,
            Submissions submissions,
            Terms terms,
            Transactions transactions,
            CustodyDesk desk,
            WorkBell bell,
            Semaphore turns,
            ExecutorService threads,
            LongSupplier bytesRead) {
        this.run = run;
        this.toPassOver = written;
        this.written = written;
        this.submissions = submissions;
        this.terms = terms;
        this.transactions = transactions;
        this.desk = desk;
        this.bell = bell;
        this.turns = turns;
        this.threads = threads;
        this.bytesRead = bytesRead;
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
        characters += found.characters();
        if (chunk.size() == CHUNK || characters > MOST_CHARACTERS) {
            flush();
        }
    }

    /** Writes what is left, and the number of datasets; returns when everything is written. */
    void finish() throws InterruptedException {
        flush();
        await(writing);
        await(waiting);
    }

    private void flush() throws InterruptedException {
        await(writing);
        Future<?> before = waiting;
        List<CatalogRecord> records = chunk;
        var upTo = new Position(datasets, bytesRead.getAsLong());
        chunk = new ArrayList<>(CHUNK);
        characters = 0;
        try {
            writing = before;
            waiting = threads.submit(() -> {
                before.get();
                turns.acquire();
                try {
                    write(records, upTo);
                } finally {
                    turns.release();
                }
                return records;
            });
        } catch (RejectedExecutionException stopping) {
            throw stopping(stopping);
        }
    }

    private static InterruptedException stopping(Exception cause) {
        var stopping = new InterruptedException("the dispatcher stops");
        stopping.initCause(cause);
        return stopping;
    }

    private void await(Future<?> written) throws InterruptedException {
        try {
            written.get();
        } catch (InterruptedException stopping) {
            writing.cancel(true);
            waiting.cancel(true);
            throw stopping;
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case RuntimeException fault -> throw fault;
                case InterruptedException stopping -> throw stopping;
                case null, default -> throw new IllegalStateException("a chunk cannot be written", failed);
            }
        }
    }

    private void write(List<CatalogRecord> records, Position upTo) throws InterruptedException {
        try {
            Chunk.Taken taken = Patience.whileAway(() -> transactions.atLength(connection -> {
                Chunk.Taken now = Chunk.take(connection, run, records, written, upTo, terms);
                desk.carryOut(
                        connection,
                        now.changed().stream().map(TaskOrders::reconsider).toList());
                return now;
            }));
            written += records.size();
            submissions.count(taken.tally());
            Counts counts = taken.counts();
            if (counts.added() > 0 || counts.updated() > 0) {
                bell.ring();
            }
        } catch (AlreadyTaken before) {
            LOG.info("{}", before.getMessage());
            written += records.size();
            bell.ring();
        } catch (StorageFailure refused) {
            if (!refused.refusesValue()) {
                throw refused;
            }
            if (records.size() > 1) {
                for (CatalogRecord one : records) {
                    write(List.of(one), upTo);
                }
            } else if (records.size() == 1 && records.getFirst() instanceof CatalogRecord.Asset asset) {
                write(List.of(new CatalogRecord.Refused(asset.position(), asset.text(), Submissions.UNSTORABLE)), upTo);
            } else {
                throw refused;
            }
        }
    }
}
