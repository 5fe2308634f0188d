package org.climaterescue.dispatcher.telemetry;

import jakarta.inject.Singleton;
import java.util.concurrent.locks.ReentrantLock;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.intake.Tally;
import org.climaterescue.db.telemetry.SavingsLog;
import org.climaterescue.db.telemetry.SavingsLog.Saved;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.dispatcher.intake.Submissions;

/**
 * Adds what this instance counts in memory to what all instances together have counted. What a killed instance had not added yet is lost,
 * and what was added in a commit whose answer was lost is added twice: these are figures for people.
 */
@Singleton
final class Savings {

    private final Transactions transactions;
    private final SavingsLog log;
    private final Submissions submissions;
    private final Coalescing coalescing;
    /** So that nobody sees what was just added in both places, or in none. */
    private final ReentrantLock lock = new ReentrantLock();

    private Saved added = Saved.NOTHING;

    Savings(Transactions transactions, SavingsLog log, Submissions submissions, Coalescing coalescing) {
        this.transactions = transactions;
        this.log = log;
        this.submissions = submissions;
        this.coalescing = coalescing;
    }

    /** Adds what has come since the last time; writes nothing if that is nothing. */
    void add() {
        lock.lock();
        try {
            Saved now = mine();
            Saved more = now.minus(added);
            if (more.equals(Saved.NOTHING)) {
                return;
            }
            transactions.in(connection -> {
                log.add(connection, more);
                return true;
            });
            added = now;
        } finally {
            lock.unlock();
        }
    }

    /** Of all instances, over all their starts; of this one as it is now. */
    Total total() {
        lock.lock();
        try {
            Saved all = transactions.in(log::total).plus(mine().minus(added));
            return new Total(
                    Submissions.Counters.of(new Tally(all.accepted(), all.byRequest(), all.byUrl(), all.otherBody())),
                    Coalescing.Counters.of(all.reads(), all.sharedReads(), all.keptReads(), all.madeReads()));
        } finally {
            lock.unlock();
        }
    }

    private Saved mine() {
        Submissions.Counters submitted = submissions.counters();
        Coalescing.Counters read = coalescing.counters();
        return new Saved(
                submitted.accepted(),
                submitted.duplicatesByRequestId(),
                submitted.duplicatesByUrl(),
                submitted.otherBody(),
                read.totalRequests(),
                read.deduplicatedRequests(),
                read.cacheHits(),
                read.actualExecutions());
    }

    /** Equal submissions and equal reads. */
    record Total(Submissions.Counters deduplication, Coalescing.Counters coalescing) {}
}
