package org.climaterescue.dispatcher.catalog;

import java.io.Serial;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.catalog.AlreadyTaken;
import org.climaterescue.db.catalog.CatalogRecord;
import org.climaterescue.db.catalog.Chunk;
import org.climaterescue.db.catalog.Counts;
import org.climaterescue.db.catalog.Imports;
import org.climaterescue.db.catalog.Position;
import org.climaterescue.db.catalog.Run;
import org.climaterescue.db.intake.Intake;
import org.climaterescue.db.intake.Submission;
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
 * <p>While two chunks are written a third is read, and no more: nobody waits for the other's hiccups, and what is in memory stays
 * bounded. Each is a transaction, and they are committed in the order of the file. A chunk that names something which the one before
 * names too is written after it, so that the first of equal records wins.
 */
final class ChunkedImport implements RecordSink {

    private static final Logger LOG = LoggerFactory.getLogger(ChunkedImport.class);

    private static final int CHUNK = 2000;
    private static final int MOST_CHARACTERS = 8_000_000;
    private static final long PATIENCE_MILLIS = 1000;

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
    private Keys keys = new Keys();
    /** The last chunk that was handed over and the one before it; both may be under way. */
    private Future<?> last = CompletableFuture.completedFuture(null);

    private Future<?> lastButOne = last;
    private Keys keysOfLast = new Keys();
    private long toPassOver;
    /** Only touched by a chunk whose predecessor has been committed. */
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
        keys.add(found);
        characters += found.characters();
        if (chunk.size() == CHUNK || characters > MOST_CHARACTERS) {
            flush();
        }
    }

    /** Writes what is left, and the number of datasets; returns when everything is written. */
    void finish() throws InterruptedException {
        flush();
        await(lastButOne);
        await(last);
    }

    private void flush() throws InterruptedException {
        await(lastButOne);
        List<CatalogRecord> records = chunk;
        Future<?> before = last;
        boolean alone = !keys.isApartFrom(keysOfLast);
        Set<String> hosts = keys.hostsBeyond(keysOfLast);
        var upTo = new Position(datasets, bytesRead.getAsLong());
        keysOfLast = keys;
        keys = new Keys();
        chunk = new ArrayList<>(CHUNK);
        characters = 0;
        try {
            lastButOne = before;
            last = threads.submit(() -> {
                nameHosts(hosts);
                if (alone || !writtenInTurn(records, upTo, before)) {
                    before.get();
                    writtenInTurn(records, upTo, before);
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
            lastButOne.cancel(true);
            last.cancel(true);
            throw stopping;
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            while (cause instanceof ExecutionException beforeIt) {
                cause = beforeIt.getCause();
            }
            switch (cause) {
                case RuntimeException fault -> throw fault;
                case InterruptedException stopping -> throw stopping;
                case null, default -> throw new IllegalStateException("a chunk cannot be written", failed);
            }
        }
    }

    /** Ahead of the chunk, for it would keep a new name to itself until its end, and the chunk before may want the same. */
    private void nameHosts(Set<String> names) throws InterruptedException {
        if (!names.isEmpty()) {
            Patience.whileAway(() -> transactions.in(connection -> Intake.hosts(connection, names)));
        }
    }

    /**
     * Writes a chunk when it is this import's turn; while a chunk only waits for the one before, others have theirs.
     *
     * @return false when the one before has not been committed, and nothing has been written
     */
    private boolean writtenInTurn(List<CatalogRecord> records, Position upTo, Future<?> before)
            throws InterruptedException {
        turns.acquire();
        try {
            write(records, upTo, before);
            return true;
        } catch (OutOfTurn early) {
            if (early.interrupted) {
                throw stopping(early);
            }
            return false;
        } finally {
            turns.release();
        }
    }

    private void write(List<CatalogRecord> records, Position upTo, Future<?> before) throws InterruptedException {
        try {
            Chunk.Taken taken = Patience.whileAway(() -> transactions.atLength(connection -> {
                Chunk.Taken now = Chunk.take(connection, run, records, terms);
                desk.carryOut(
                        connection,
                        now.changed().stream().map(TaskOrders::reconsider).toList());
                requireEnded(before);
                Imports.count(connection, run, written, now.counts(), upTo);
                return now;
            }));
            written += records.size();
            submissions.count(taken.tally());
            Counts counts = taken.counts();
            if (counts.added() > 0 || counts.updated() > 0) {
                bell.ring();
            }
        } catch (AlreadyTaken earlier) {
            LOG.info("{}", earlier.getMessage());
            written += records.size();
            bell.ring();
        } catch (StorageFailure refused) {
            if (!refused.refusesValue()) {
                throw refused;
            }
            if (!before.isDone()) {
                throw new OutOfTurn(false);
            }
            long counted = Patience.whileAway(() -> transactions.in(connection -> Imports.counted(connection, run)));
            if (!records.isEmpty() && counted == written + records.size()) {
                // An earlier try was committed after all, and this one was in the way of what it had written.
                written = counted;
                bell.ring();
            } else if (records.size() > 1) {
                for (CatalogRecord one : records) {
                    write(List.of(one), upTo, before);
                }
            } else if (records.size() == 1 && records.getFirst() instanceof CatalogRecord.Asset asset) {
                var unstorable = new CatalogRecord.Refused(asset.position(), asset.text(), Submissions.UNSTORABLE);
                write(List.of(unstorable), upTo, before);
            } else {
                throw refused;
            }
        }
    }

    /**
     * Waits a moment for the chunk before. It may have to wait itself, by way of a third transaction, for a row that this one has
     * written: the database sees no circle then, so this one gives in.
     */
    private static void requireEnded(Future<?> before) {
        try {
            before.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            // The thread is told after the rollback, which would be interrupted else.
            throw new OutOfTurn(true);
        } catch (ExecutionException | TimeoutException notYet) {
            throw new OutOfTurn(false);
        }
    }

    /** The chunk before has not been committed, or never will be. Without a cause: another chunk's failure is not this one's. */
    private static final class OutOfTurn extends RuntimeException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final boolean interrupted;

        OutOfTurn(boolean interrupted) {
            this.interrupted = interrupted;
        }
    }

    /** What the records of a chunk name. */
    private static final class Keys {

        private final Set<Object> urlsAndRequests = new HashSet<>();
        private final Set<String> hosts = new HashSet<>();

        void add(CatalogRecord found) {
            if (found instanceof CatalogRecord.Asset asset) {
                Submission submission = asset.submission();
                urlsAndRequests.add(submission.url().key());
                if (submission.requestId() != null) {
                    urlsAndRequests.add(submission.requestId());
                }
                hosts.add(submission.url().host());
            }
        }

        boolean isApartFrom(Keys others) {
            return Collections.disjoint(urlsAndRequests, others.urlsAndRequests);
        }

        Set<String> hostsBeyond(Keys others) {
            Set<String> beyond = new HashSet<>(hosts);
            beyond.removeAll(others.hosts);
            return beyond;
        }
    }
}
