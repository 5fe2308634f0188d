package org.climaterescue.dispatcher.priority;

import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
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

    /**
     * Refreshes, or waits for the refresh that is under way at another instance.
     *
     * @return what came of it
     * @throws ProblemException 503 when that one takes too long
     * @throws StorageFailure when the database is away; the next refresh does what this one left
     */
    Done run(PriorizerClient priorizer) throws InterruptedException {
        long before = transactions.in(RefreshLog::read).number();
        try (RefreshSession session =
                RefreshSession.open(database, PATIENCE).orElseThrow(RankingRefresh::stillUnderWay)) {
            RefreshLog.Entry last = RefreshLog.read(session.connection());
            return last.number() > before ? new Done(last, false) : new Done(refresh(session, priorizer), true);
        } catch (SQLException failure) {
            throw new StorageFailure(failure);
        }
    }

    private RefreshLog.Entry refresh(RefreshSession session, PriorizerClient priorizer)
            throws SQLException, InterruptedException {
        // Only the last try's entries count, so only its staging is kept.
        var staging = new AtomicReference<Staging>();
        try {
            Ranking ranking = priorizer.ask(() -> staging.updateAndGet(earlier -> new Staging(session, submissions))
                    .begin());
            long skipped = ranking.skipped() + staging.get().flush();
            session.replace();
            long created = takeNewcomers(session);
            long changed = created + follow(session);
            return RefreshLog.answered(
                    session.connection(),
                    ranking.entries() + ranking.skipped() - skipped,
                    skipped,
                    Ranks.count(session.connection()),
                    changed);
        } catch (PriorizerUnavailable away) {
            long changed = follow(session);
            return RefreshLog.unanswered(session.connection(), said(away), Ranks.count(session.connection()), changed);
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
