package org.climaterescue.dispatcher.priority;

import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.climaterescue.db.Database;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.intake.Reception;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.db.ranking.Ranks;
import org.climaterescue.db.ranking.RefreshLog;
import org.climaterescue.db.ranking.RefreshSession;
import org.climaterescue.dispatcher.intake.Submissions;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.priorizer.PriorizerClient;
import org.climaterescue.priorizer.PriorizerUnavailable;
import org.climaterescue.priorizer.Ranking;

/** One refresh: asks, replaces the last known ranking, takes what nobody knew, and has tasks follow. */
@Singleton
final class RankingRefresh {

    /** How long another instance's refresh is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(100);

    private static final int LONGEST_ERROR = 300;

    private final Database database;
    private final Transactions transactions;
    private final Submissions submissions;
    private final int copies;

    RankingRefresh(Database database, Transactions transactions, Submissions submissions, Settings settings) {
        this.database = database;
        this.transactions = transactions;
        this.submissions = submissions;
        this.copies = settings.rescue().copies();
    }

    /** How many refreshes have begun so far, here and elsewhere. */
    long begun() {
        return transactions.in(RefreshLog::begun);
    }

    /**
     * Refreshes, unless another instance meanwhile ends a refresh that began after so many others.
     *
     * @return what came of either
     * @throws ProblemException 503 when another instance's refresh takes too long
     * @throws StorageFailure when the database is away; the next refresh does what this one left
     */
    Done run(PriorizerClient priorizer, long after) throws InterruptedException {
        try (RefreshSession session =
                RefreshSession.open(database, PATIENCE).orElseThrow(RankingRefresh::stillUnderWay)) {
            RefreshLog.Entry last = RefreshLog.read(session.connection());
            return last.number() > after ? new Done(last, false) : new Done(begin(session, priorizer), true);
        } catch (SQLException failure) {
            throw new StorageFailure(failure);
        }
    }

    /**
     * Refreshes, if that is due on schedule, also once no other refresh is under way any more.
     *
     * @return empty when it is not
     * @throws StorageFailure as {@link #run}
     */
    Optional<Done> runIfDue(PriorizerClient priorizer, Duration every) throws InterruptedException {
        if (!transactions.in(connection -> RefreshLog.isDue(connection, every))) {
            return Optional.empty();
        }
        Optional<RefreshSession> free = open();
        if (free.isEmpty()) {
            return Optional.empty();
        }
        try (RefreshSession session = free.get()) {
            return RefreshLog.isDue(session.connection(), every)
                    ? Optional.of(new Done(begin(session, priorizer), true))
                    : Optional.empty();
        } catch (SQLException failure) {
            throw new StorageFailure(failure);
        }
    }

    private Optional<RefreshSession> open() {
        try {
            return RefreshSession.open(database, PATIENCE);
        } catch (SQLException failure) {
            throw new StorageFailure(failure);
        }
    }

    private RefreshLog.Entry begin(RefreshSession session, PriorizerClient priorizer)
            throws SQLException, InterruptedException {
        long number = RefreshLog.begin(session.connection());
        try {
            return refresh(session, priorizer, number);
        } catch (SQLException | RuntimeException failure) {
            noteFailure(failure);
            throw failure;
        }
    }

    /** With a connection of the pool, for the session may be what has failed. */
    private void noteFailure(Exception failure) {
        try {
            transactions.in(connection -> {
                RefreshLog.failed(connection);
                return true;
            });
        } catch (StorageFailure alsoAway) {
            failure.addSuppressed(alsoAway);
        }
    }

    private RefreshLog.Entry refresh(RefreshSession session, PriorizerClient priorizer, long number)
            throws SQLException, InterruptedException {
        // Only the last try's entries count, so only its staging is kept.
        var staging = new AtomicReference<Staging>();
        try {
            Ranking ranking = priorizer.ask(() -> {
                staging.set(new Staging(session, submissions));
                return staging.get().begin();
            });
            long skipped = ranking.skipped() + staging.get().flush();
            session.replace();
            long created = takeNewcomers(session);
            long changed = created + follow(session);
            return RefreshLog.answered(
                    session.connection(),
                    number,
                    ranking.entries() + ranking.skipped() - skipped,
                    skipped,
                    Ranks.count(session.connection()),
                    changed);
        } catch (PriorizerUnavailable away) {
            long changed = follow(session);
            return RefreshLog.unanswered(
                    session.connection(), number, said(away), Ranks.count(session.connection()), changed);
        }
    }

    /** Assets that nobody has submitted become tasks, as any other submission does. */
    private long takeNewcomers(RefreshSession session) throws SQLException {
        var created = new long[1];
        session.newcomers(
                copies,
                (List<Submission> assets) -> created[0] += submissions.take(assets).stream()
                        .filter(one -> one instanceof Submissions.Taken.Answered(Reception.Accepted _))
                        .count());
        return created[0];
    }

    private long follow(RefreshSession session) throws SQLException {
        var changed = new long[1];
        session.moves(moves -> changed[0] += transactions.in(connection -> Ranks.write(connection, moves)));
        return changed[0];
    }

    private static ProblemException stillUnderWay() {
        return ProblemException.unavailable(
                "refreshing",
                "another dispatcher has been refreshing the priorities for %d s; GET /priorities says when it is done"
                        .formatted(PATIENCE.toSeconds()),
                Duration.ofSeconds(30));
    }

    /** What the priorizer answered may stand in it, and anything may stand in that. */
    private static String said(PriorizerUnavailable away) {
        String message = String.valueOf(away.getMessage()).replaceAll("\\p{Cntrl}", " ");
        String cut = message.length() <= LONGEST_ERROR ? message : message.substring(0, LONGEST_ERROR);
        // Half a character, which cannot be stored, becomes a question mark.
        return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /**
     * A refresh that is over.
     *
     * @param mine whether this instance did it, and not another one
     */
    record Done(RefreshLog.Entry entry, boolean mine) {}
}
