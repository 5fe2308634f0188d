package org.climaterescue.dispatcher.priority;

import jakarta.validation.ConstraintViolationException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.db.ranking.RefreshSession;
import org.climaterescue.db.ranking.RefreshSession.Ranked;
import org.climaterescue.dispatcher.intake.Submissions;
import org.climaterescue.dispatcher.intake.TaskRequest;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.priorizer.Ranking;
import org.climaterescue.protocol.Texts;
import org.jspecify.annotations.Nullable;

/** Checks the entries of one answer as they come, and stages them some at a time. */
final class Staging implements Consumer<Ranking.Entry> {

    private static final int CHUNK = 1000;

    private final RefreshSession session;
    private final Submissions submissions;
    private final List<Ranked> chunk = new ArrayList<>(CHUNK);
    private long skipped;

    Staging(RefreshSession session, Submissions submissions) {
        this.session = session;
        this.submissions = submissions;
    }

    /** Forgets what another one has staged. */
    Staging begin() {
        try {
            session.begin();
            return this;
        } catch (SQLException failure) {
            throw new StorageFailure(failure);
        }
    }

    @Override
    public void accept(Ranking.Entry entry) {
        Submission asset = asset(entry);
        if (asset == null) {
            skipped++;
            return;
        }
        chunk.add(new Ranked(entry.rank(), asset));
        if (chunk.size() == CHUNK) {
            flush();
        }
    }

    /** Stages what is left; tells how many entries were of no use. */
    long flush() {
        try {
            session.stage(chunk);
            chunk.clear();
            return skipped;
        } catch (SQLException failure) {
            throw new StorageFailure(failure);
        }
    }

    /** The asset as a submission of it would be understood; null when its URL is of no use. */
    private @Nullable Submission asset(Ranking.Entry entry) {
        if (!Texts.storable(entry.url())) {
            return null;
        }
        try {
            return submissions.check(new TaskRequest(
                    null,
                    entry.url(),
                    usable(entry.name()),
                    usable(entry.datasetId()),
                    null,
                    entry.sizeBytes(),
                    null,
                    null,
                    null,
                    null));
        } catch (ProblemException | ConstraintViolationException unusable) {
            return null;
        }
    }

    /** A name that is too long or cannot be stored is no reason to leave the file to its fate. */
    private static @Nullable String usable(@Nullable String text) {
        if (text == null || !Texts.storable(text)) {
            return null;
        }
        if (text.length() <= TaskRequest.LONGEST_TEXT) {
            return text;
        }
        String cut = text.substring(0, TaskRequest.LONGEST_TEXT);
        return Texts.storable(cut) ? cut : cut.substring(0, TaskRequest.LONGEST_TEXT - 1);
    }
}
